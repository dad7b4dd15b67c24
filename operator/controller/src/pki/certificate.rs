//! What a certificate says, as far as anyone here asks.

use std::collections::BTreeSet;

use aws_lc_rs::digest;
use k8s_openapi::jiff::Timestamp;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use x509_parser::prelude::{FromDer, GeneralName, ParsedExtension, X509Certificate};

const END: &str = "-----END CERTIFICATE-----";

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    pub not_before: Timestamp,
    pub not_after: Timestamp,
    /// DNS names and URIs.
    pub names: BTreeSet<String>,
    /// The key that it is about, as every certificate of a CA names it.
    pub own_key: Option<Vec<u8>>,
    /// The key that it was signed with.
    pub issuer_key: Option<Vec<u8>>,
    pub public_key: Vec<u8>,
}

impl Certificate {
    /// The first of a text in PEM; None: it is none.
    pub fn read(pem: &str) -> Option<Self> {
        let der = CertificateDer::from_pem_slice(pem.as_bytes()).ok()?;
        let (_, parsed) = X509Certificate::from_der(&der).ok()?;
        let time = |seconds| Timestamp::from_second(seconds).ok();
        let mut certificate = Self {
            not_before: time(parsed.validity().not_before.timestamp())?,
            not_after: time(parsed.validity().not_after.timestamp())?,
            names: BTreeSet::new(),
            own_key: None,
            issuer_key: None,
            public_key: parsed.public_key().raw.to_vec(),
        };
        for extension in parsed.extensions() {
            match extension.parsed_extension() {
                ParsedExtension::SubjectKeyIdentifier(key) => certificate.own_key = Some(key.0.to_vec()),
                ParsedExtension::AuthorityKeyIdentifier(issuer) => {
                    certificate.issuer_key = issuer.key_identifier.as_ref().map(|key| key.0.to_vec());
                }
                ParsedExtension::SubjectAlternativeName(names) => {
                    certificate.names = names.general_names.iter().filter_map(name).collect();
                }
                _ => {}
            }
        }
        Some(certificate)
    }

    pub fn was_signed_by(&self, authority: &Self) -> bool {
        self.issuer_key.is_some() && self.issuer_key == authority.own_key
    }

    pub fn expired(&self, now: Timestamp) -> bool {
        now >= self.not_after
    }
}

fn name(name: &GeneralName<'_>) -> Option<String> {
    match name {
        GeneralName::DNSName(name) | GeneralName::URI(name) => Some((*name).to_owned()),
        _ => None,
    }
}

/// The certificates of a text in PEM, each as the text that it was.
pub fn blocks(pem: &str) -> Vec<String> {
    let blocks = pem.split_inclusive(END).map(str::trim).filter(|block| block.ends_with(END));
    blocks.map(|block| format!("{block}\n")).collect()
}

/// How a bundle is named: of exactly these bytes, as whoever reads the file can tell too.
pub fn hash(bundle: &str) -> String {
    let digest = digest::digest(&digest::SHA256, bundle.as_bytes());
    digest.as_ref().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}
