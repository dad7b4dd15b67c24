//! What is deleted or edited by hand comes back, and nothing is written while nothing changes.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use contracts::Role;
use e2e::cluster::Kind;
use e2e::kubectl::kubectl;
use e2e::metrics::growth;
use e2e::{Story, alone, alone_in_the_cluster, within};
use kube::ResourceExt;
use kube::api::DynamicObject;
use serde_json::{Value, json};

const BACK_WITHIN: Duration = Duration::from_secs(10);

/// What someone edits by hand.
struct Edit {
    kind: Kind,
    part: &'static str,
    patch: Value,
}

fn edits() -> [Edit; 4] {
    let container = json!([{"name": "catalog", "image": "docker.io/library/nothing:of-this-kind"}]);
    [
        // Of another image no pod comes up, so the old ones serve until it is put back.
        Edit {
            kind: Kind::Deployment,
            part: "catalog",
            patch: json!({"spec": {"template": {"spec": {"containers": container}}}}),
        },
        Edit {
            kind: Kind::Service,
            part: "catalog",
            patch: json!({"spec": {"selector": {"app": "nothing"}}}),
        },
        Edit {
            kind: Kind::Secret,
            part: "catalog",
            patch: json!({"data": {"DATABASE_URL": "bm90aGluZw=="}}),
        },
        // Everyone is let in.
        Edit { kind: Kind::NetworkPolicy, part: "catalog", patch: json!({"spec": {"ingress": [{}]}}) },
    ]
}

#[test]
fn what_is_edited_by_hand_is_put_back() {
    alone("edited-by-hand", async |story| {
        for Edit { kind, part, patch } in edits() {
            let (name, before) = specified(&story, kind, part).await?;
            // As `kubectl edit` would: a strategic merge keeps what the patch does not name.
            let (namespace, patch) = (story.stack.namespace.as_str(), patch.to_string());
            kubectl(&["-n", namespace, "patch", kind_name(kind), &name, "--patch", &patch]).await?;
            back_as_before(&story, kind, part, &before, None).await;
        }
        Ok(())
    });
}

#[test]
fn what_is_deleted_by_hand_comes_back() {
    alone("deleted-by-hand", async |story| {
        for Edit { kind, part, .. } in edits() {
            let (name, before) = specified(&story, kind, part).await?;
            let uid = story.cluster.get(kind, &story.stack.namespace, &name).await?.uid();
            story.cluster.delete(kind, &story.stack.namespace, &name).await?;
            back_as_before(&story, kind, part, &before, uid.as_deref()).await;
        }
        Ok(())
    });
}

fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Deployment => "deployment",
        Kind::Service => "service",
        Kind::Secret => "secret",
        Kind::NetworkPolicy => "networkpolicy",
        _ => unreachable!("only these are edited"),
    }
}

/// What the operator decides of an object: not what the API server adds.
async fn specified(story: &Story, kind: Kind, part: &str) -> Result<(String, Value)> {
    let name = story.stack.part(part);
    let object = story.cluster.get(kind, &story.stack.namespace, &name).await?;
    let specified = specification(kind, &object);
    Ok((name, specified))
}

fn specification(kind: Kind, object: &DynamicObject) -> Value {
    let mut data = object.data.clone();
    match kind {
        Kind::Secret => data["data"].take(),
        // A new Service gets a new address.
        Kind::Service => json!([data["spec"]["ports"].take(), data["spec"]["selector"].take()]),
        _ => data["spec"].take(),
    }
}

/// `not`: the uid of the one that was deleted.
async fn back_as_before(story: &Story, kind: Kind, part: &str, before: &Value, not: Option<&str>) {
    let started = Instant::now();
    within(BACK_WITHIN, &format!("the {kind:?} {part} is back as specified"), async || {
        let object = story.cluster.get(kind, &story.stack.namespace, &story.stack.part(part)).await?;
        ensure!(not.is_none() || object.uid().as_deref() != not, "it is still the old one");
        ensure!(object.metadata.deletion_timestamp.is_none(), "it is going");
        let now = specification(kind, &object);
        ensure!(now == *before, "it is {now}");
        Ok(())
    })
    .await;
    println!("the {kind:?} {part} was back after {} ms", started.elapsed().as_millis());
}

#[test]
fn a_manual_scale_sticks() {
    alone("manual-scale", async |story| {
        let (stack, role) = (&story.stack, Role::Storefront);
        stack.scale_by_hand(role, 2).await?;
        stack.wait_until_settled(e2e::SETTLED_WITHIN).await;
        stack.told(role, "heldBackBy", "Hold", e2e::SETTLED_WITHIN).await;
        // A change to the object makes the operator look at everything again.
        stack.patch(&json!({"metadata": {"annotations": {"story": "manual-scale"}}})).await?;
        stack.keeps(role, 2, Duration::from_secs(15)).await?;
        stack.patch(&json!({"metadata": {"annotations": {"story": null}}})).await?;
        stack.unscale(&[role]).await
    });
}

/// Verbs that write, as the API server's metric names them.
const WRITES: [&str; 6] = ["POST", "PUT", "PATCH", "APPLY", "DELETE", "DELETECOLLECTION"];

/// What a stack is made of, and the stack itself. Kubelets write events and pods whenever they like.
const RESOURCES: [&str; 15] = [
    "ecommercestacks",
    "deployments",
    "statefulsets",
    "services",
    "secrets",
    "configmaps",
    "serviceaccounts",
    "persistentvolumeclaims",
    "jobs",
    "cronjobs",
    "ingresses",
    "networkpolicies",
    "poddisruptionbudgets",
    "controllerrevisions",
    "horizontalpodautoscalers",
];

async fn writes(story: &Story) -> Result<BTreeMap<String, f64>> {
    let samples = story.cluster.metrics().await?;
    ensure!(!samples.is_empty(), "the API server gives no metrics");
    Ok(samples.sums("apiserver_request_total", |labels| {
        let label = |name: &str| labels.get(name).map_or("", String::as_str);
        let counts = WRITES.contains(&label("verb"))
            && RESOURCES.contains(&label("resource"))
            // Kubelets ask for tokens of service accounts by POST; that changes nothing.
            && label("subresource") != "token"
            && label("dry_run").is_empty();
        counts.then(|| format!("{} {}/{}", label("verb"), label("resource"), label("subresource")))
    }))
}

/// The operator's own count, its Lease aside.
async fn operator_writes(story: &Story) -> Result<BTreeMap<String, f64>> {
    let samples = story.cluster.operator_metrics().await?;
    ensure!(!samples.is_empty(), "the operator gives no metrics");
    Ok(samples.sums("ecommerce_operator_api_writes_total", |labels| {
        let kind = labels.get("kind").map_or("", String::as_str);
        (kind != "leases").then(|| format!("{kind} {}", labels.get("verb").map_or("", String::as_str)))
    }))
}

#[test]
fn a_steady_stack_causes_no_writes_for_a_minute() {
    alone_in_the_cluster("steady", async |story| {
        // The tail of whatever was before: events of pods, status of endpoints.
        tokio::time::sleep(Duration::from_secs(5)).await;
        let before = (writes(&story).await?, operator_writes(&story).await?);
        tokio::time::sleep(Duration::from_secs(60)).await;
        let after = (writes(&story).await?, operator_writes(&story).await?);

        assert_eq!(growth(&before.1, &after.1), BTreeMap::new(), "writes of the operator");
        assert_eq!(growth(&before.0, &after.0), BTreeMap::new(), "writes that the API server has seen");
        Ok(())
    });
}
