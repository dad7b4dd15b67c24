//! What the three files say, checked to belong together.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use contracts::Role;
use contracts::identity::{Identity, bundle_hash};
use rustls::crypto::CryptoProvider;
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::ClientCertVerifier;
use rustls::sign::CertifiedKey;
use rustls::{Error, RootCertStore};
use tracing::warn;
use x509_parser::prelude::{FromDer, GeneralName, X509Certificate};

use super::TlsError;

const CERTIFICATE: &str = "tls.crt";
const KEY: &str = "tls.key";
pub(super) const BUNDLE: &str = "ca.crt";

pub(super) const FILES: [&str; 3] = [CERTIFICATE, KEY, BUNDLE];

pub(super) struct Material {
    pub identity: Identity,
    /// Seconds since 1970.
    pub expires_at: i64,
    pub key: Arc<CertifiedKey>,
    pub roots: Arc<RootCertStore>,
    pub clients: Arc<dyn ClientCertVerifier>,
    pub bundle_hash: String,
    told_expired: AtomicBool,
}

impl Material {
    /// It is used all the same: peers judge by their own clock, and without it there would be nothing at all.
    pub fn warn_once_expired(&self, role: Role) {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let expired = u64::try_from(self.expires_at).is_ok_and(|at| at <= now);
        if expired && !self.told_expired.swap(true, Ordering::Relaxed) {
            warn!(%role, "The certificate of {} has expired; others will refuse it", self.identity);
        }
    }
}

pub(super) fn provider() -> Arc<CryptoProvider> {
    CryptoProvider::get_default().cloned().unwrap_or_else(|| Arc::new(default_provider()))
}

/// Of the contents of [`FILES`], in this order.
pub(super) fn parse(contents: &[Vec<u8>]) -> Result<Material, TlsError> {
    let [certificate, key, bundle] = contents else {
        return Err(TlsError::wrong(BUNDLE, "there must be three files"));
    };
    let chain = certificates(CERTIFICATE, certificate)?;
    let (identity, expires_at) = said_by(&chain[0])?;
    let key = PrivateKeyDer::from_pem_slice(key)
        .map_err(|_| TlsError::wrong(KEY, "it holds no whole private key in PEM"))?;
    let key = CertifiedKey::from_der(chain, key, &provider()).map_err(|error| match error {
        Error::InconsistentKeys(_) => TlsError::wrong(KEY, "it is not the key of tls.crt"),
        error => TlsError::wrong(KEY, error),
    })?;
    let roots = roots(bundle)?;
    let clients = WebPkiClientVerifier::builder_with_provider(roots.clone(), provider())
        .build()
        .map_err(|error| TlsError::wrong(BUNDLE, error))?;
    Ok(Material {
        identity,
        expires_at,
        key: Arc::new(key),
        roots,
        clients,
        bundle_hash: bundle_hash(bundle),
        told_expired: AtomicBool::new(false),
    })
}

/// The CAs of a bundle: at least one, and none that can't be read, for a bundle cut short would shut others out.
pub(super) fn roots(bundle: &[u8]) -> Result<Arc<RootCertStore>, TlsError> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates(BUNDLE, bundle)? {
        roots.add(certificate).map_err(|error| TlsError::wrong(BUNDLE, error))?;
    }
    Ok(Arc::new(roots))
}

/// At least one.
fn certificates(file: &'static str, pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let all: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    match all {
        Ok(none) if none.is_empty() => Err(TlsError::wrong(file, "it holds no certificate")),
        Ok(all) => Ok(all),
        Err(_) => Err(TlsError::wrong(file, "it is not whole PEM")),
    }
}

/// Whose it is, and until when (seconds since 1970).
fn said_by(certificate: &CertificateDer<'_>) -> Result<(Identity, i64), TlsError> {
    let (_, parsed) =
        X509Certificate::from_der(certificate).map_err(|error| TlsError::wrong(CERTIFICATE, error))?;
    let identity = identity_in(&parsed).ok_or_else(|| {
        TlsError::wrong(
            CERTIFICATE,
            "it names no part of a stack (a URI spiffe://<namespace>/<stack>/<part>)",
        )
    })?;
    Ok((identity, parsed.validity().not_after.timestamp()))
}

/// Of a certificate whose chain has been checked already.
pub(super) fn identity_of(certificate: &CertificateDer<'_>) -> Option<Identity> {
    X509Certificate::from_der(certificate).ok().and_then(|(_, parsed)| identity_in(&parsed))
}

fn identity_in(certificate: &X509Certificate<'_>) -> Option<Identity> {
    let names = certificate.subject_alternative_name().ok()??;
    names.value.general_names.iter().find_map(|name| match name {
        GeneralName::URI(uri) => uri.parse().ok(),
        _ => None,
    })
}
