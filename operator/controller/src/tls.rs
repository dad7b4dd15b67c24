//! Whom the operator trusts and who it is, as rustls wants them.

use rustls::RootCertStore;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use secrecy::ExposeSecret;

use crate::pki::Keyed;

/// None: there is something else in it than certificates of authorities.
pub fn roots(pem: &str) -> Option<RootCertStore> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
        roots.add(certificate.ok()?).ok()?;
    }
    Some(roots)
}

pub fn identity(own: &Keyed) -> Option<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>)> {
    let chain = CertificateDer::pem_slice_iter(own.certificate.as_bytes()).collect::<Result<_, _>>().ok()?;
    Some((chain, PrivateKeyDer::from_pem_slice(own.key.expose_secret().as_bytes()).ok()?))
}
