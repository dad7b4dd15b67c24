//! `ecommerce-operator check`: whether the installation is sound, asked of the cluster itself. `helm test` runs it.
//!
//! Three questions: does the cluster know every field that this operator knows, does one operator lead, and are stacks
//! judged as the definition says. Nothing is left behind: the stacks are dry runs.

mod definition;

use std::time::Duration;

use k8s_openapi::api::coordination::v1::Lease;
use kube::api::PostParams;
use kube::core::Request;
use kube::{Api, Client, Resource};
use operator_api::EcommerceStack;
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::client::Gate;
use crate::failure::Failure;
use crate::health::Health;
use crate::lease::NAME;
use crate::metrics::Metrics;
use crate::{client, output};

/// A leader renews every five seconds; one that has died is replaced within twenty.
const PATIENCE: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_secs(1);

pub fn print(namespace: &str) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::run(format!("could not start the runtime: {error}")))?;
    let report = runtime.block_on(async {
        let config = client::config().await?;
        let client =
            client::client(config, Gate { metrics: Metrics::new(), health: Health::default(), reign: None })?;
        check(&client, namespace, PATIENCE).await
    })?;
    output::print(&report)
}

async fn check(client: &Client, namespace: &str, patience: Duration) -> Result<String, Failure> {
    let fields = definition::complete(client).await?;
    let leader = leader(client, namespace, patience).await?;
    admission(client, namespace).await?;
    Ok(format!(
        "the cluster knows all {fields} fields of EcommerceStack\n{leader} leads\nstacks are judged as the definition says\n"
    ))
}

/// Who holds the Lease and is seen to renew it. Its times are the holder's; that it changes is what tells.
async fn leader(client: &Client, namespace: &str, patience: Duration) -> Result<String, Failure> {
    let api: Api<Lease> = Api::namespaced(client.clone(), namespace);
    let (began, mut first) = (Instant::now(), None);
    loop {
        let lease =
            api.get_opt(NAME).await.map_err(|error| unreadable(namespace, &error))?.unwrap_or_default();
        let version = lease.metadata.resource_version;
        let holder = lease.spec.and_then(|spec| spec.holder_identity).filter(|holder| !holder.is_empty());
        match (holder, &first) {
            (Some(holder), Some(seen)) if version.is_some() && version != *seen => return Ok(holder),
            _ => first = first.or(Some(version)),
        }
        if began.elapsed() >= patience {
            return Err(Failure::run(format!(
                "no operator has renewed the Lease {namespace}/{NAME} for {} s: kubectl -n {namespace} get pods, and their logs",
                patience.as_secs()
            )));
        }
        tokio::time::sleep(PAUSE.min(patience / 10)).await;
    }
}

fn unreadable(namespace: &str, error: &kube::Error) -> Failure {
    Failure::run(format!("could not read the Lease {namespace}/{NAME}: {}", client::reason(error)))
}

/// A smallest stack is taken and completed, a wrong one is refused.
async fn admission(client: &Client, namespace: &str) -> Result<(), Failure> {
    let taken = dry_run(client, namespace, &json!({})).await.map_err(|error| {
        Failure::run(format!("a stack with an empty spec is not taken: {}", client::reason(&error)))
    })?;
    if taken["spec"]["deletionPolicy"] != "Retain" {
        return Err(Failure::run("a stack with an empty spec is not given its defaults"));
    }
    match dry_run(client, namespace, &json!({"deletionPolicy": "Burn"})).await {
        Err(error) if client::answered(&error, 422) => Ok(()),
        Err(error) => Err(Failure::run(format!(
            "a wrong stack is refused for another reason than its mistake: {}",
            client::reason(&error)
        ))),
        Ok(_) => Err(Failure::run("a wrong stack is taken: spec.deletionPolicy Burn was not refused")),
    }
}

async fn dry_run(client: &Client, namespace: &str, spec: &Value) -> Result<Value, kube::Error> {
    let body = json!({
        "apiVersion": EcommerceStack::api_version(&()),
        "kind": EcommerceStack::kind(&()),
        "metadata": {"name": "check", "namespace": namespace},
        "spec": spec,
    });
    let body = serde_json::to_vec(&body).map_err(kube::Error::SerdeError)?;
    let params = PostParams { dry_run: true, ..PostParams::default() };
    let request = Request::new(EcommerceStack::url_path(&(), Some(namespace))).create(&params, body);
    client.request(request.map_err(kube::Error::BuildRequest)?).await
}

#[cfg(test)]
mod tests;
