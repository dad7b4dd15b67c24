//! A certificate with its key, and what a CA's is good for: signing others.

use std::hash::{Hash, Hasher};
use std::time::Duration;

use k8s_openapi::jiff::Timestamp;
use operator_desired::Subject;
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer,
    KeyPair, KeyUsagePurpose, PublicKeyData, SanType, date_time_ymd,
};
use secrecy::{ExposeSecret, SecretString};

use super::certificate::Certificate;
use crate::stack_key::StackKey;

/// A node's clock may be behind ours by so much.
const SKEW: Duration = Duration::from_secs(300);

/// Both in PEM, the key as PKCS#8.
#[derive(Clone, Debug)]
pub struct Keyed {
    pub certificate: String,
    pub key: SecretString,
}

/// Equal by what everyone may see: there is one key to a certificate.
impl PartialEq for Keyed {
    fn eq(&self, other: &Self) -> bool {
        self.certificate == other.certificate
    }
}

impl Eq for Keyed {}

impl Hash for Keyed {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.certificate.hash(state);
    }
}

impl Keyed {
    /// None: no certificate, no key, or a key that belongs to another certificate.
    pub fn read(certificate: &str, key: &str) -> Option<Self> {
        let public = Certificate::read(certificate)?.public_key;
        let pair = KeyPair::from_pem(key).ok()?;
        (pair.subject_public_key_info() == public)
            .then(|| Self { certificate: certificate.to_owned(), key: key.into() })
    }

    /// A CA of the stack's own. Its name tells it from the one before: by names, chains are looked for.
    pub fn authority(stack: &StackKey, life: Duration, now: Timestamp) -> Self {
        let mut mark = [0; 4];
        aws_lc_rs::rand::fill(&mut mark).expect("the system has random numbers");
        let mark: String = mark.iter().map(|byte| format!("{byte:02x}")).collect();
        let mut params = valid(now, now + life);
        params.distinguished_name = distinguished(&stack.namespace, &format!("{} CA {mark}", stack.name));
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let key = key();
        let certificate = params.self_signed(&key).expect("all that is in it can be written").pem();
        Self { certificate, key: key.serialize_pem().into() }
    }

    /// A certificate of this CA's with a new key, for both sides of a connection; it never outlives the CA.
    pub fn sign(&self, subject: &Subject, life: Duration, now: Timestamp) -> Option<Self> {
        let end = Certificate::read(&self.certificate)?.not_after.min(now + life);
        let pair = KeyPair::from_pem(self.key.expose_secret()).ok()?;
        let issuer = Issuer::from_ca_cert_pem(&self.certificate, pair).ok()?;
        let mut params = valid(now, end);
        // Postgres holds the common name against the role's.
        params.distinguished_name = distinguished(&subject.identity.namespace, subject.part.name());
        let uri = SanType::URI(subject.identity.to_string().try_into().ok()?);
        let hosts = subject.hosts.iter().map(|host| Some(SanType::DnsName(host.clone().try_into().ok()?)));
        params.subject_alt_names = std::iter::once(Some(uri)).chain(hosts).collect::<Option<_>>()?;
        params.is_ca = IsCa::ExplicitNoCa;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages =
            vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
        params.use_authority_key_identifier_extension = true;
        let key = key();
        let certificate = params.signed_by(&key, &issuer).ok()?.pem();
        Some(Self { certificate, key: key.serialize_pem().into() })
    }
}

/// ECDSA on P-256, which everyone reads.
fn key() -> KeyPair {
    KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).expect("the system has random numbers")
}

fn distinguished(organization: &str, common: &str) -> DistinguishedName {
    let mut name = DistinguishedName::new();
    name.push(DnType::OrganizationName, organization);
    name.push(DnType::CommonName, common);
    name
}

fn valid(from: Timestamp, to: Timestamp) -> CertificateParams {
    let epoch = date_time_ymd(1970, 1, 1);
    let seconds = |time: Timestamp| Duration::from_secs(u64::try_from(time.as_second()).unwrap_or(0));
    let mut params = CertificateParams::default();
    params.not_before = epoch + seconds(from - SKEW);
    params.not_after = epoch + seconds(to);
    params
}
