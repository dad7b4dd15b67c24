//! Over TLS, with an authority of this process's own.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, LazyLock};

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::*;

const ANSWER: &str = r#"{"status":"success","data":{"resultType":"scalar","result":[1700000000.25,"7"]}}"#;

/// As PEM.
struct Certified {
    authority: String,
    certificate: String,
    key: String,
}

static CERTIFIED: LazyLock<Certified> = LazyLock::new(|| {
    let mut authority = CertificateParams::default();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority_key = KeyPair::generate().unwrap();
    let of_authority = authority.self_signed(&authority_key).unwrap().pem();
    let key = KeyPair::generate().unwrap();
    let server = CertificateParams::new(["127.0.0.1".to_owned()]).unwrap();
    let certificate = server.signed_by(&key, &Issuer::new(authority, authority_key)).unwrap().pem();
    Certified { authority: of_authority, certificate, key: key.serialize_pem() }
});

/// Answers whoever trusts it.
fn listen() -> SocketAddr {
    rustls::crypto::aws_lc_rs::default_provider().install_default().ok();
    let chain = vec![CertificateDer::from_pem_slice(CERTIFIED.certificate.as_bytes()).unwrap()];
    let key = PrivateKeyDer::from_pem_slice(CERTIFIED.key.as_bytes()).unwrap();
    let config =
        Arc::new(ServerConfig::builder().with_no_client_auth().with_single_cert(chain, key).unwrap());
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            // Who does not trust it hangs up.
            serve(stream, &config).ok();
        }
    });
    address
}

fn serve(stream: TcpStream, config: &Arc<ServerConfig>) -> std::io::Result<()> {
    let connection = ServerConnection::new(Arc::clone(config)).map_err(std::io::Error::other)?;
    let mut reader = BufReader::new(StreamOwned::new(connection, stream));
    let (mut line, mut length) = (String::new(), 0);
    while reader.read_line(&mut line)? > 2 {
        if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap_or(0);
        }
        line.clear();
    }
    std::io::copy(&mut reader.by_ref().take(length), &mut std::io::sink())?;
    let stream = reader.get_mut();
    write!(
        stream,
        "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{ANSWER}",
        ANSWER.len()
    )?;
    stream.conn.send_close_notify();
    stream.flush()
}

async fn asked_trusting(ca: Option<&str>) -> Result<Vec<Sample>, AskError> {
    let url = format!("https://{}", listen());
    let server = Server { url, credentials: None, ca: ca.map(str::to_owned), certificate: None };
    client(patient()).instant(&server, "up", NOW).await
}

#[tokio::test]
async fn a_server_is_trusted_by_the_authority_that_is_named() {
    let samples = asked_trusting(Some(&CERTIFIED.authority)).await.unwrap();
    assert_eq!(samples[0].value, 7.0);
}

#[tokio::test]
async fn a_server_of_an_unknown_authority_is_not_asked() {
    let other = CERTIFIED.certificate.as_str();
    for (ca, named) in [(None, "certificate"), (Some(other), "certificate"), (Some("nonsense"), "ca.crt")] {
        let error = asked_trusting(ca).await.unwrap_err();
        assert!(matches!(&error, AskError::Unreachable { said, .. } if said.contains(named)), "{error:?}");
    }
}
