//! Our clients' side: which certificate we show, and which servers we believe.

use std::path::Path;
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{
    ResolvesClientCert, Resumption, verify_server_cert_signed_by_trust_anchor, verify_server_name,
};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::sign::CertifiedKey;
use rustls::{ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};
use rustls_platform_verifier::Verifier as SystemVerifier;

use super::Tls;
use super::material::{self, provider};
use super::watched::Watched;
use crate::{ConfigError, Settings};

/// What a server must prove.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Check {
    /// Nothing: the connection is encrypted, to whoever answers.
    Nothing,
    /// That a CA which we trust has vouched for it.
    Chain,
    /// Besides, that it is the one we called.
    Name,
}

/// For a server of its own: Postgres, the broker. Believes `<PREFIX>_CA_FILE`, else the stack's CAs, else the machine's
/// (those always with the name); shows our certificate where we have one.
pub fn client_for(settings: &Settings, prefix: &str, check: Check) -> Result<ClientConfig, ConfigError> {
    let (own, variable) = (settings.tls()?, format!("{prefix}_CA_FILE"));
    let wrong = |reason: String| ConfigError::Wrong { name: variable.clone(), reason };
    let roots = match (settings.find(&variable), &own) {
        (Some(file), _) => {
            let path = Path::new(file);
            let name = path.file_name().and_then(|name| name.to_str());
            let (Some(folder), Some(name)) = (path.parent(), name) else {
                return Err(wrong("it must be the path of a file".to_owned()));
            };
            let bundle = Watched::open(settings.role(), folder, &[name], |files| material::roots(&files[0]));
            Roots::File(bundle.map_err(|error| wrong(error.to_string()))?)
        }
        (None, Some(own)) => Roots::Stack(own.clone()),
        (None, None) => Roots::Machine(SystemVerifier::new(provider()).map_err(|error| {
            wrong(format!("it is not set, nor TLS_DIR, and this machine has no CAs: {error}"))
        })?),
    };
    Ok(config(roots, check, own))
}

pub(super) fn inside(tls: &Tls) -> ClientConfig {
    config(Roots::Stack(tls.clone()), Check::Name, Some(tls.clone()))
}

fn config(roots: Roots, check: Check, own: Option<Tls>) -> ClientConfig {
    let servers = Servers { roots, check, provider: provider() };
    let builder = ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .expect("the provider knows today's versions")
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(servers));
    let mut config = match own {
        Some(own) => builder.with_client_cert_resolver(Arc::new(Own(own))),
        None => builder.with_no_client_auth(),
    };
    // A session that is resumed would not be checked against the CAs of now.
    config.resumption = Resumption::disabled();
    config
}

struct Own(Tls);

impl std::fmt::Debug for Own {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Own")
    }
}

impl ResolvesClientCert for Own {
    /// Nothing for a server that says whose certificates it takes, where that is no CA of the stack's: it would hang up on one
    /// that it did not ask for, though it may let us in by our password.
    fn resolve(&self, wanted: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        let material = self.0.now();
        let ours = || material.roots.subjects().iter().any(|subject| wanted.contains(&subject.as_ref()));
        (wanted.is_empty() || ours()).then(|| material.key.clone())
    }

    fn has_certs(&self) -> bool {
        true
    }
}

/// Whose word on a server we take.
enum Roots {
    Stack(Tls),
    File(Watched<Arc<RootCertStore>>),
    Machine(SystemVerifier),
}

struct Servers {
    roots: Roots,
    check: Check,
    provider: Arc<CryptoProvider>,
}

impl std::fmt::Debug for Servers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Servers").field("check", &self.check).finish_non_exhaustive()
    }
}

impl ServerCertVerifier for Servers {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        if self.check == Check::Nothing {
            return Ok(ServerCertVerified::assertion());
        }
        let roots = match &self.roots {
            Roots::Stack(tls) => tls.now().roots.clone(),
            Roots::File(bundle) => bundle.now().as_ref().clone(),
            Roots::Machine(system) => {
                return system.verify_server_cert(certificate, intermediates, name, ocsp, now);
            }
        };
        let parsed = ParsedCertificate::try_from(certificate)?;
        let algorithms = self.provider.signature_verification_algorithms.all;
        verify_server_cert_signed_by_trust_anchor(&parsed, &roots, intermediates, now, algorithms)?;
        if self.check == Check::Name {
            verify_server_name(&parsed, name)?;
        }
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signed, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signed, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
