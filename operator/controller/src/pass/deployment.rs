//! Creates Deployments such that `spec.replicas` has an owner from the start, and never us.
//!
//! A field that nobody owns loses the trace of who writes it through `/scale`, and one that we applied once would fall
//! back to 1 when left out. So another manager creates the object and then gives up all of it but the replicas.

use serde_json::{Value, json};

use super::wanted::Wanted;
use crate::client;
use crate::cluster::{Cluster, Outcome};
use crate::live::{INITIAL_SCALE, LiveObject};

pub async fn create(
    cluster: &Cluster,
    namespace: &str,
    wanted: &Wanted,
    replicas: i32,
) -> Outcome<LiveObject> {
    let mut first = wanted.value.clone();
    first["spec"]["replicas"] = json!(replicas);
    cluster.apply_politely(INITIAL_SCALE, wanted.kind, namespace, &first).await?;
    let ours = cluster.apply(wanted.kind, namespace, &wanted.value).await?;
    own_replicas_only(cluster, namespace, wanted, &ours).await
}

/// The manager of the first scale applies the replicas as they are, and nothing else: so it owns nothing else.
pub async fn own_replicas_only(
    cluster: &Cluster,
    namespace: &str,
    wanted: &Wanted,
    found: &LiveObject,
) -> Outcome<LiveObject> {
    let only: Value = json!({
        "apiVersion": wanted.value["apiVersion"],
        "kind": wanted.value["kind"],
        "metadata": {"name": wanted.name, "namespace": namespace},
        "spec": {"replicas": found.value["spec"]["replicas"]},
    });
    match cluster.apply_politely(INITIAL_SCALE, wanted.kind, namespace, &only).await {
        // Somebody scaled it in this moment: the count is theirs, and the next pass tries again with it.
        Err(error) if client::answered(&error, 409) => Ok(found.clone()),
        outcome => outcome,
    }
}
