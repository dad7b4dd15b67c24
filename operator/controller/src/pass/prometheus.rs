//! Whom to ask for metrics, with the Secrets that a Prometheus of somebody else's takes.

use std::collections::BTreeMap;

use contracts::identity::Part;
use operator_desired::{Kind, PrometheusServer, ValidatedStack, certificate_name};
use operator_scaling::NoData;

use crate::cluster::{Cluster, Outcome};
use crate::live::Live;
use crate::pki::Leaf;
use crate::prometheus::{Credentials, Server};

type Data = BTreeMap<String, Vec<u8>>;

/// What keeps it from being asked is told as a lack of data.
pub async fn server(
    cluster: &Cluster,
    checked: &ValidatedStack,
    live: &Live,
) -> Outcome<Result<Server, NoData>> {
    let (url, auth, ca) = match &checked.prometheus().server {
        PrometheusServer::Disabled => return Ok(Err(NoData::Disabled)),
        PrometheusServer::Embedded { url } if checked.mtls() => return Ok(embedded(checked, live, url)),
        PrometheusServer::Embedded { url } => return Ok(Ok(Server::open(url))),
        PrometheusServer::External { url, auth_secret, ca_secret } => (url, auth_secret, ca_secret),
    };
    let namespace = checked.namespace();
    let mut server = Server::open(url);
    if let Some(name) = auth {
        match data(cluster, namespace, name).await?.and_then(|data| Credentials::from_data(&data)) {
            Ok(credentials) => server.credentials = Some(credentials),
            Err(why) => return Ok(Err(unusable("authSecretName", name, &why))),
        }
    }
    if let Some(name) = ca {
        match data(cluster, namespace, name).await?.and_then(|data| certificate(&data)) {
            Ok(certificate) => server.ca = Some(certificate),
            Err(why) => return Ok(Err(unusable("caSecretName", name, &why))),
        }
    }
    Ok(Ok(server))
}

/// The stack's own lets in whoever shows the operator's certificate.
fn embedded(checked: &ValidatedStack, live: &Live, url: &str) -> Result<Server, NoData> {
    let name = certificate_name(checked.name(), Part::Operator);
    let own = live.get(Kind::named("Secret"), &name).and_then(|secret| Leaf::from_data(&secret.data()));
    let own = own.ok_or_else(|| NoData::Unreachable(format!("Secret {name} holds no certificate yet")))?;
    Ok(Server { ca: Some(own.bundle), certificate: Some(own.keyed), ..Server::open(url) })
}

/// How it is told who asks: not what the Secret holds.
pub fn shown(server: &Server) -> Option<operator_desired::Credentials> {
    server.credentials.as_ref().map(|credentials| match credentials {
        Credentials::Bearer(_) => operator_desired::Credentials::Bearer,
        Credentials::Basic { .. } => operator_desired::Credentials::Basic,
    })
}

async fn data(cluster: &Cluster, namespace: &str, name: &str) -> Outcome<Result<Data, String>> {
    let Some(secret) = cluster.get(Kind::named("Secret"), namespace, name).await? else {
        return Ok(Err("it does not exist".to_owned()));
    };
    Ok(Ok(secret.data()))
}

fn certificate(data: &Data) -> Result<String, String> {
    let pem = data.get("ca.crt").and_then(|bytes| String::from_utf8(bytes.clone()).ok());
    pem.ok_or_else(|| "it must hold ca.crt, a certificate in PEM".to_owned())
}

fn unusable(field: &str, name: &str, why: &str) -> NoData {
    NoData::Refused(format!("spec.observability.prometheus.external.{field} names Secret {name}: {why}"))
}
