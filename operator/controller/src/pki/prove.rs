//! Asks every pod of a stack, by a handshake on every port that it secures, how far it has come with a rotation.
//!
//! In TLS 1.2 a handshake ends only after the server has accepted the client's certificate; in 1.3 the client would hear
//! of a refusal later, or never. Postgres speaks no less than 1.3, but answers whoever it has accepted.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use contracts::Role;
use contracts::identity::Part;
use futures::future::BoxFuture;
use futures::{FutureExt, StreamExt, stream};
use operator_desired::{Subject, ports};
use rustls::client::Resumption;
use rustls::client::WebPkiServerVerifier;
use rustls::pki_types::{ServerName, UnixTime};
use rustls::time_provider::TimeProvider;
use rustls::version::{TLS12, TLS13};
use rustls::{ClientConfig, SupportedProtocolVersion};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::authority::Keyed;
use super::step::Claim;
use super::store::Store;
use crate::clock::Clock;
use crate::tls;

const PATIENCE: Duration = Duration::from_secs(3);
const AT_A_TIME: usize = 32;
/// What Postgres wants to hear before it speaks TLS: the length of this message, and the request's number.
const SSL_REQUEST: [u8; 8] = [0, 0, 0, 8, 4, 210, 22, 47];
/// What it answers, be it with a refusal: the length of this message, the protocol's version, and who asks.
const STARTUP: &[u8; 23] = b"\0\0\0\x17\0\x03\0\0user\0operator\0\0";

/// How pods are reached.
#[derive(Clone)]
pub struct Prober {
    address: Arc<dyn Fn(IpAddr, u16) -> SocketAddr + Send + Sync>,
    clock: Clock,
}

impl Prober {
    pub fn direct(clock: Clock) -> Self {
        Self::by(SocketAddr::new, clock)
    }

    /// Where a port of a pod is.
    pub fn by(address: impl Fn(IpAddr, u16) -> SocketAddr + Send + Sync + 'static, clock: Clock) -> Self {
        Self { address: Arc::new(address), clock }
    }
}

/// A pod, and where it listens with its part's certificate.
struct Target {
    pod: String,
    part: Part,
    address: IpAddr,
}

/// Whether the claim is true of every pod; the error says of which it is not, and is the same as long as nothing changes.
pub async fn prove(
    prober: &Prober,
    claim: Claim,
    store: &Store,
    subjects: &[Subject],
    pods: &[Value],
) -> Result<(), String> {
    let targets = targets(pods)?;
    let config = |versions| {
        let config = config(prober, claim, store, subjects, versions);
        config.map(Arc::new).ok_or("the CA's certificate or key can't be used")
    };
    let (config, of_postgres) = (config(&[&TLS12])?, config(&[&TLS13])?);
    let mut asked: Vec<BoxFuture<'_, Result<(), String>>> = Vec::new();
    for target in &targets {
        let config = if target.part == Part::Postgres { &of_postgres } else { &config };
        for port in ports(target.part) {
            asked.push(ask(prober, config, claim, subjects, target, port).boxed());
        }
    }
    let answers: Vec<Result<(), String>> = stream::iter(asked).buffered(AT_A_TIME).collect().await;
    answers.into_iter().collect()
}

/// All pods that serve, by their names. Pods that come and go may hold what nobody can look at, so they are waited for.
fn targets(pods: &[Value]) -> Result<Vec<Target>, String> {
    let mut targets = Vec::new();
    for pod in pods {
        let name = pod["metadata"]["name"].as_str().unwrap_or_default().to_owned();
        let phase = pod["status"]["phase"].as_str().unwrap_or_default();
        if ["Succeeded", "Failed"].contains(&phase) {
            continue;
        }
        if pod["metadata"]["deletionTimestamp"].is_string() {
            return Err(format!("pod {name} to be gone"));
        }
        let Some(part) = part(pod) else { return Err(format!("pod {name} to be done")) };
        let address = pod["status"]["podIP"].as_str().and_then(|text| text.parse().ok());
        let Some(address) = address else { return Err(format!("pod {name} to start")) };
        targets.push(Target { pod: name, part, address });
    }
    targets.sort_by(|one, other| one.pod.cmp(&other.pod));
    Ok(targets)
}

/// None: a Job's, which only asks others.
fn part(pod: &Value) -> Option<Part> {
    let label = |key: &str| pod["metadata"]["labels"][format!("app.kubernetes.io/{key}")].as_str();
    match label("component")? {
        "service" => Some(Part::Role(Role::find(label("name")?)?)),
        "database" => Some(Part::Postgres),
        "messaging" => Some(Part::Rabbitmq),
        "metrics" => Some(Part::Prometheus),
        _ => None,
    }
}

/// Where a part listens with its certificate, and the stack's network policies let the operator in.
fn ports(part: Part) -> Vec<u16> {
    use ports::Rabbitmq::{Amqp, Management, Mqtt};
    match part {
        // One process looks at one set of files, whichever of its ports is asked.
        Part::Role(role) => vec![role.spec().admin_port],
        Part::Postgres => vec![ports::POSTGRES],
        Part::Rabbitmq => [Amqp, Mqtt, Management].map(|port| port.port(true)).into(),
        Part::Prometheus => vec![ports::PROMETHEUS],
        Part::Operator => Vec::new(),
    }
}

/// With a certificate of the CA that is coming, and trust in whom the claim is about.
fn config(
    prober: &Prober,
    claim: Claim,
    store: &Store,
    subjects: &[Subject],
    versions: &[&'static SupportedProtocolVersion],
) -> Option<ClientConfig> {
    let operator = subjects.iter().find(|subject| subject.part == Part::Operator)?;
    let (signer, trusted) = match claim {
        Claim::Trusts => (store.next.as_ref()?, store.bundle()),
        Claim::Shows => (store.signing.as_ref()?, store.signing.as_ref()?.certificate.clone()),
    };
    let own = signer.sign(operator, Duration::from_secs(3600), prober.clock.now())?;
    client_config(&own, &trusted, versions, &prober.clock)
}

fn client_config(
    own: &Keyed,
    trusted: &str,
    versions: &[&'static SupportedProtocolVersion],
    clock: &Clock,
) -> Option<ClientConfig> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let roots = Arc::new(tls::roots(trusted)?);
    let verifier = WebPkiServerVerifier::builder_with_provider(roots, provider.clone()).build().ok()?;
    let (chain, key) = tls::identity(own)?;
    let mut config = ClientConfig::builder_with_details(provider, Arc::new(Time(clock.clone())))
        .with_protocol_versions(versions)
        .ok()?
        .with_webpki_verifier(verifier)
        .with_client_auth_cert(chain, key)
        .ok()?;
    // A resumed session proves nothing: neither side shows a certificate.
    config.resumption = Resumption::disabled();
    Some(config)
}

async fn ask(
    prober: &Prober,
    config: &Arc<ClientConfig>,
    claim: Claim,
    subjects: &[Subject],
    target: &Target,
    port: u16,
) -> Result<(), String> {
    let host = subjects.iter().find(|subject| subject.part == target.part).and_then(|it| it.hosts.first());
    let name = host.and_then(|host| ServerName::try_from(host.clone()).ok());
    let pod = &target.pod;
    // Of a service that the spec no longer has.
    let Some(name) = name else { return Err(format!("pod {pod} to be gone")) };
    let address = (prober.address)(target.address, port);
    let secured = tokio::time::timeout(PATIENCE, async {
        let mut stream = TcpStream::connect(address).await?;
        if target.part == Part::Postgres {
            stream.write_all(&SSL_REQUEST).await?;
            stream.read_u8().await?;
        }
        std::io::Result::Ok(stream)
    });
    let Ok(Ok(stream)) = secured.await else { return Err(format!("pod {pod} to answer on port {port}")) };
    let handshake = async {
        let mut stream = TlsConnector::from(config.clone()).connect(name, stream).await?;
        if target.part == Part::Postgres {
            stream.write_all(STARTUP).await?;
            stream.read_u8().await?;
        }
        std::io::Result::Ok(())
    };
    match tokio::time::timeout(PATIENCE, handshake).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) | Err(_) => Err(match claim {
            Claim::Trusts => format!("pod {pod} to trust the next CA on port {port}"),
            Claim::Shows => format!("pod {pod} to show its new certificate on port {port}"),
        }),
    }
}

#[derive(Clone)]
struct Time(Clock);

impl std::fmt::Debug for Time {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Time")
    }
}

impl TimeProvider for Time {
    fn current_time(&self) -> Option<UnixTime> {
        let seconds = u64::try_from(self.0.now().as_second()).ok()?;
        Some(UnixTime::since_unix_epoch(Duration::from_secs(seconds)))
    }
}
