//! Who in a stack has a certificate, and what is in it; the Secrets that hold them, and cert-manager's orders for them.

use std::collections::BTreeMap;
use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use contracts::identity::{Identity, Part};
use operator_api::IssuerKind;
use serde_json::{Map, Value, json};

use crate::{Component, Inputs, Manifest, ValidatedStack, metadata, names, root_secret_name};

/// The names under which every part's Secret holds its files.
pub const CERTIFICATE: &str = "tls.crt";
pub const KEY: &str = "tls.key";
/// Every CA that is trusted, one after the other.
pub const BUNDLE: &str = "ca.crt";

/// Who makes the certificates, and for how long.
#[derive(Clone, Debug)]
pub struct CertificatePlan {
    /// None: the operator, with a CA of the stack's own.
    pub issuer: Option<Issuer>,
    pub leaf: Duration,
    pub authority: Duration,
}

/// Of cert-manager.
#[derive(Clone, Debug)]
pub struct Issuer {
    pub kind: IssuerKind,
    pub name: String,
}

/// Whom a certificate is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    pub part: Part,
    /// The Secret that holds it.
    pub secret: String,
    /// Who the part is: what others authorise.
    pub identity: Identity,
    /// Where it is found: what clients check. The first one every part has.
    pub hosts: Vec<String>,
}

/// Everyone who gets a certificate: also who does not run at present, or elsewhere. An unused Secret costs nothing, and Jobs
/// look after the databases of roles that are disabled.
pub fn subjects(stack: &ValidatedStack) -> Vec<Subject> {
    Part::all().map(|part| subject(stack, part)).collect()
}

fn subject(stack: &ValidatedStack, part: Part) -> Subject {
    let name = format!("{}-{}", stack.name, part.name());
    let mut hosts = reached_as(&name, &stack.namespace);
    match part {
        // By this Service Prometheus finds the pods of all services.
        Part::Role(_) => hosts.extend(reached_as(&names::metrics(stack), &stack.namespace)),
        // Its nodes, each by its own name.
        Part::Rabbitmq => {
            let nodes = reached_as(&format!("{name}-nodes"), &stack.namespace).split_off(2);
            hosts.extend(nodes.into_iter().map(|host| format!("*.{host}")));
        }
        Part::Postgres | Part::Prometheus | Part::Operator => {}
    }
    hosts.push("localhost".to_owned());
    let identity = Identity { namespace: stack.namespace.clone(), stack: stack.name.clone(), part };
    Subject { part, secret: names::certificate(&stack.name, part), identity, hosts }
}

/// A Service's name, in every length.
fn reached_as(service: &str, namespace: &str) -> Vec<String> {
    let longer = ["", ".svc", ".svc.cluster.local"].map(|rest| format!("{service}.{namespace}{rest}"));
    std::iter::once(service.to_owned()).chain(longer).collect()
}

pub fn authority_secret_name(stack: &str) -> String {
    format!("{stack}-ca")
}

/// Secrets that are made once and then kept, so that no build knows them: the root's, the CA's and everyone's certificate.
pub fn lasting_secrets(stack: &ValidatedStack) -> Vec<String> {
    let mut all = vec![root_secret_name(&stack.name)];
    if stack.mtls {
        all.extend(subjects(stack).into_iter().map(|subject| subject.secret));
    }
    if stack.mtls && stack.certificates.issuer.is_none() {
        all.push(authority_secret_name(&stack.name));
    }
    all
}

/// The Secret of the stack's CA. Like the root Secret it is never applied over, and never pruned while it is needed.
pub fn authority_secret(stack: &ValidatedStack, data: &BTreeMap<&str, String>) -> Manifest {
    let name = authority_secret_name(&stack.name);
    Manifest::new("Secret", stack, Component::Stack, name, json!({ "type": "Opaque", "data": encoded(data) }))
}

/// The Secret of one part.
pub fn certificate_secret(
    stack: &ValidatedStack,
    subject: &Subject,
    data: &BTreeMap<&str, String>,
) -> Manifest {
    let content = json!({ "type": "kubernetes.io/tls", "data": encoded(data) });
    Manifest::new("Secret", stack, component(subject.part), subject.secret.clone(), content)
}

fn encoded(data: &BTreeMap<&str, String>) -> Value {
    let encoded: Map<String, Value> =
        data.iter().map(|(key, text)| ((*key).to_owned(), json!(BASE64_STANDARD.encode(text)))).collect();
    Value::Object(encoded)
}

/// What cert-manager is to make, where it does.
pub fn certificates(stack: &ValidatedStack, inputs: &Inputs) -> Vec<Manifest> {
    match &stack.certificates.issuer {
        Some(issuer) if stack.mtls && inputs.offers.has("Certificate") => {
            subjects(stack).iter().map(|subject| certificate(stack, issuer, subject)).collect()
        }
        _ => Vec::new(),
    }
}

fn certificate(stack: &ValidatedStack, issuer: &Issuer, subject: &Subject) -> Manifest {
    let component = component(subject.part);
    let hours = stack.certificates.leaf.as_secs() / 3600;
    // cert-manager wants five minutes at least; a third of the shortest life is twenty.
    let before = format!("{}m", hours * 60 / 3);
    let kind = match issuer.kind {
        IssuerKind::ClusterIssuer => "ClusterIssuer",
        IssuerKind::Issuer => "Issuer",
    };
    let content = json!({
        "spec": {
            "secretName": subject.secret,
            // So that the operator sees it among the stack's own.
            "secretTemplate": { "labels": metadata::labels(stack, component) },
            "commonName": subject.part.name(),
            "uris": [subject.identity.to_string()],
            "dnsNames": subject.hosts,
            "duration": format!("{hours}h"),
            "renewBefore": before,
            "usages": ["digital signature", "server auth", "client auth"],
            "privateKey": { "algorithm": "ECDSA", "size": 256, "encoding": "PKCS8", "rotationPolicy": "Always" },
            "issuerRef": { "group": "cert-manager.io", "kind": kind, "name": issuer.name },
        },
    });
    Manifest::new("Certificate", stack, component, subject.secret.clone(), content)
}

fn component(part: Part) -> Component {
    match part {
        Part::Role(role) => Component::Service(role),
        Part::Postgres => Component::Database,
        Part::Rabbitmq => Component::Messaging,
        Part::Prometheus => Component::Prometheus,
        Part::Operator => Component::Stack,
    }
}
