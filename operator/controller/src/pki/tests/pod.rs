//! A pod, as far as handshakes go: it shows a certificate and lets in whoever shows one that it trusts.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::version::TLS13;
use rustls::{ALL_VERSIONS, RootCertStore, ServerConfig, ServerConnection, SupportedProtocolVersion};
use secrecy::ExposeSecret;

use crate::pki::Leaf;

pub struct Pod {
    pub address: SocketAddr,
    files: Arc<Mutex<Leaf>>,
}

impl Pod {
    pub fn start(leaf: Leaf) -> Self {
        Self::listen(leaf, false)
    }

    /// It speaks TLS once it is asked to, and only the newest; whom it accepts it asks for a password.
    pub fn postgres(leaf: Leaf) -> Self {
        Self::listen(leaf, true)
    }

    fn listen(leaf: Leaf, asked_first: bool) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let pod = Self { address: listener.local_addr().unwrap(), files: Arc::new(Mutex::new(leaf)) };
        let files = pod.files.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let versions: &[_] = if asked_first { &[&TLS13] } else { ALL_VERSIONS };
                let config = config(&files.lock().unwrap(), versions);
                // Who is refused hangs up.
                std::thread::spawn(move || serve(stream, config, asked_first).ok());
            }
        });
        pod
    }

    /// New files are in its volume.
    pub fn reads(&self, leaf: Leaf) {
        *self.files.lock().unwrap() = leaf;
    }
}

fn serve(mut stream: TcpStream, config: Arc<ServerConfig>, asked_first: bool) -> std::io::Result<()> {
    if asked_first {
        let mut request = [0; 8];
        stream.read_exact(&mut request)?;
        assert_eq!(request[4..], [4, 210, 22, 47]);
        stream.write_all(b"S")?;
    }
    let mut connection = ServerConnection::new(config).map_err(std::io::Error::other)?;
    while connection.is_handshaking() {
        connection.complete_io(&mut stream)?;
    }
    if asked_first {
        let mut stream = rustls::StreamOwned::new(connection, stream);
        let mut startup = [0; 8];
        stream.read_exact(&mut startup)?;
        assert_eq!(startup[4..], [0, 3, 0, 0]);
        stream.write_all(b"R")?;
    }
    Ok(())
}

fn config(leaf: &Leaf, versions: &[&'static SupportedProtocolVersion]) -> Arc<ServerConfig> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(leaf.bundle.as_bytes()) {
        roots.add(certificate.unwrap()).unwrap();
    }
    let verifier =
        WebPkiClientVerifier::builder_with_provider(roots.into(), provider.clone()).build().unwrap();
    let chain = vec![CertificateDer::from_pem_slice(leaf.keyed.certificate.as_bytes()).unwrap()];
    let key = PrivateKeyDer::from_pem_slice(leaf.key().expose_secret().as_bytes()).unwrap();
    let config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(versions)
        .unwrap()
        .with_client_cert_verifier(verifier)
        .with_single_cert(chain, key)
        .unwrap();
    Arc::new(config)
}
