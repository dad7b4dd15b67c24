//! Certificates that cert-manager issues, inside the stack and at its door.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use contracts::Role;
use e2e::cluster::Kind;
use e2e::guests::Guests;
use e2e::kubectl::forward;
use e2e::ordering::while_ordering;
use e2e::purchases::buy;
use e2e::requests::while_asking;
use e2e::wait::once;
use e2e::{Stack, in_own_namespace, within};
use kube::ResourceExt;
use operator_api::ConditionType;
use reqwest::tls::TlsInfo;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use serde_json::{Value, json};

use super::{NOTICED_WITHIN, install, waits_for};

const READY_WITHIN: Duration = Duration::from_secs(180);
/// As long as a kubelet takes to bring a changed Secret to a pod, and Secrets are looked at.
const REPLACED_WITHIN: Duration = Duration::from_secs(150);
const ISSUER: &str = "internal";

#[test]
#[ignore = "installs cert-manager: make test-operators"]
fn cert_manager_issues_the_certificates_of_a_stack_and_replaces_one_without_a_failed_request() {
    in_own_namespace("issued", told);
}

async fn told(guests: Guests) -> Result<()> {
    let issuer = json!({"kind": "Issuer", "name": ISSUER});
    let spec = json!({
        "security": {"mtls": {"issuer": "CertManager", "issuerRef": issuer}},
        "exposure": {"tls": {"secretName": "door", "issuerRef": issuer}},
    });
    let stack = guests.stack("shop", &spec).await?;
    waits_for(&stack, ConditionType::CertificatesReady, "install cert-manager").await;
    install("cert-manager").await?;
    for object in authority() {
        guests.apply(&object).await?;
    }
    stack.wait_for(ConditionType::Ready, "True", READY_WITHIN).await;
    let authority = secret(&stack, ISSUER).await?["ca.crt"].clone();
    for name in [stack.part("orders-tls"), stack.part("postgres-tls"), "door".to_owned()] {
        ensure!(secret(&stack, &name).await?["ca.crt"] == authority, "{name} is not of that CA");
    }
    ensure!(!guests.cluster.exists(Kind::Secret, &stack.namespace, &stack.part("ca")).await?, "a second CA");

    let people = guests.people_of(&stack)?;
    let pods = stack.running_uids().await?;
    while_asking(&people, async || while_ordering(&people, async || replaced(&stack).await).await).await?;
    ensure!(stack.running_uids().await? == pods, "a pod was replaced");
    buy(&people).await.map(drop)
}

/// A CA that has signed itself, and who signs with it.
fn authority() -> [Value; 3] {
    let object = |kind: &str, name: &str, spec: Value| {
        let metadata = json!({"name": name});
        json!({"apiVersion": "cert-manager.io/v1", "kind": kind, "metadata": metadata, "spec": spec})
    };
    let certificate = json!({
        "isCA": true,
        "commonName": ISSUER,
        "secretName": ISSUER,
        "duration": "8760h",
        "privateKey": {"algorithm": "ECDSA", "size": 256},
        "issuerRef": {"kind": "Issuer", "name": "of-itself"},
    });
    [
        object("Issuer", "of-itself", json!({"selfSigned": {}})),
        object("Certificate", ISSUER, certificate),
        object("Issuer", ISSUER, json!({"ca": {"secretName": ISSUER}})),
    ]
}

/// One that was lost is issued again, and its pod shows it.
async fn replaced(stack: &Stack) -> Result<()> {
    let name = stack.part("orders-tls");
    let was = shown_by_orders(stack).await?;
    stack.cluster.delete(Kind::Secret, &stack.namespace, &name).await?;
    within(NOTICED_WITHIN, "another certificate is issued", async || {
        once(issued(stack, &name).await? != was, ()).context("it is the same")
    })
    .await;
    within(REPLACED_WITHIN, "its pod shows the new certificate", async || {
        once(shown_by_orders(stack).await? == issued(stack, &name).await?, ()).context("it shows another")
    })
    .await;
    stack.wait_for(ConditionType::Ready, "True", READY_WITHIN).await;
    Ok(())
}

/// As anyone sees it who asks whether the pod lives.
async fn shown_by_orders(stack: &Stack) -> Result<Vec<u8>> {
    let pods = stack.pods_of("orders").await?;
    let pod = pods.first().context("orders has no pod")?.name_any();
    let port = Role::Orders.spec().admin_port;
    let forwarded = forward(&stack.namespace, &format!("pod/{pod}"), port).await?;
    // Nobody has a certificate for the way there.
    let client = reqwest::Client::builder().tls_danger_accept_invalid_certs(true).tls_info(true).build()?;
    let answer =
        client.get(format!("https://{}/livez", forwarded.address)).send().await?.error_for_status()?;
    let info = answer.extensions().get::<TlsInfo>().context("it was not encrypted")?;
    info.peer_certificate().map(<[u8]>::to_vec).context("it shows no certificate")
}

/// The leaf in this Secret.
async fn issued(stack: &Stack, name: &str) -> Result<Vec<u8>> {
    let data = secret(stack, name).await?;
    let chain = STANDARD.decode(data["tls.crt"].as_str().context("it has a certificate")?)?;
    Ok(CertificateDer::from_pem_slice(&chain)?.to_vec())
}

async fn secret(stack: &Stack, name: &str) -> Result<Value> {
    let secret = stack.cluster.get(Kind::Secret, &stack.namespace, name).await?;
    ensure!(secret.data["data"].is_object(), "{} is empty", secret.name_any());
    Ok(secret.data["data"].clone())
}
