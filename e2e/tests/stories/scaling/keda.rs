//! KEDA and the Prometheus operator are not installed, and then their kinds are: our objects are as those kinds want them.
//!
//! Nobody acts on the objects here: what is shown is that KEDA's and the Prometheus operator's own definitions take all of them.

use anyhow::{Context, Result, ensure};
use contracts::Role;
use e2e::cluster::Kind;
use e2e::kubectl::try_kubectl;
use e2e::scaling::PAUSED_REPLICAS;
use e2e::wait::{once, within};
use e2e::{Stack, Story, fixtures, programs};
use operator_api::{ConditionType, Reason};
use serde_json::{Value, json};

use super::{SCALED_WITHIN, TICK, scaling_beside_others};

const ROLE: Role = Role::Gateway;
/// Until the operator has noticed that there are new kinds.
const NOTICED_WITHIN: std::time::Duration = std::time::Duration::from_secs(120);
const GROUPS: [&str; 2] = ["keda.sh", "monitoring.coreos.com"];

#[test]
fn objects_for_keda_and_the_prometheus_operator_are_as_their_definitions_want() {
    scaling_beside_others("scaling-keda", &[ROLE], async |story| {
        let told = with_and_without(story).await;
        story.stack.scale(ROLE, &json!(null)).await?;
        fixtures::remove(&story.cluster, &GROUPS).await?;
        told
    });
}

async fn with_and_without(story: &Story) -> Result<()> {
    let stack = &story.stack;
    fixtures::remove(&story.cluster, &GROUPS).await?;
    stack.scale(ROLE, &json!({"mode": "KEDA", "max": 3})).await?;
    within(SCALED_WITHIN, "KEDA is missing", async || {
        let active = stack.condition(ConditionType::AutoscalingActive).await?;
        once(
            (active.status.as_str(), active.reason.as_str()) == ("False", Reason::KedaNotInstalled.name()),
            active,
        )
    })
    .await;

    fixtures::install(&story.cluster, "keda").await?;
    fixtures::install(&story.cluster, "pod-monitors").await?;
    let scaled = within(NOTICED_WITHIN, "there is a ScaledObject", async || {
        let all = story.cluster.list(Kind::ScaledObject, &stack.namespace, "").await?;
        all.into_iter().next().context("there is none")
    })
    .await;
    ensure!(scaled.data["spec"]["scaleTargetRef"]["name"] == stack.part(ROLE.name()), "{}", scaled.data);
    ensure!(scaled.data["spec"]["maxReplicaCount"] == 3, "{}", scaled.data);
    within(NOTICED_WITHIN, "there are PodMonitors", async || {
        let all = story.cluster.list(Kind::PodMonitor, &stack.namespace, "").await?;
        once(!all.is_empty(), ())
    })
    .await;
    accepted_to_the_last_field(stack).await?;

    // KEDA is the writer, so a hand's number is KEDA's to judge; a pause is passed on to it.
    stack.scale_by_hand(ROLE, 2).await?;
    stack.annotate(ROLE, PAUSED_REPLICAS, Some("2")).await?;
    within(SCALED_WITHIN, "the pause is passed on", async || {
        let all = story.cluster.list(Kind::ScaledObject, &stack.namespace, "").await?;
        let marks: Vec<_> =
            all.into_iter().map(|scaled| scaled.metadata.annotations.unwrap_or_default()).collect();
        once(
            marks
                .iter()
                .any(|marks| marks.get("autoscaling.keda.sh/paused-replicas").is_some_and(|n| n == "2")),
            marks,
        )
    })
    .await;
    stack.keeps(ROLE, 2, TICK).await
}

/// What the operator would apply, as it prints it, is what the API server keeps: a field that it does not know is an error here.
async fn accepted_to_the_last_field(stack: &Stack) -> Result<()> {
    let spec = json!({"services": {ROLE.name(): {"scaling": {"mode": "KEDA"}}}});
    let object = json!({
        "apiVersion": "ecommercestack.dev/v1alpha1",
        "kind": "EcommerceStack",
        "metadata": {"name": "strict", "namespace": stack.namespace},
        "spec": spec,
    });
    let rendered = programs::operator(&["render"], &object).await?;
    let strict = ["apply", "--dry-run=server", "--validate=strict", "-o", "json", "-f", "-"];
    let said = try_kubectl(&strict, &rendered).await?;
    ensure!(said.succeeded, "{}", said.err);
    let kept: Value = serde_json::from_str(&said.out)?;
    let kinds: Vec<&str> =
        kept["items"].as_array().into_iter().flatten().filter_map(|item| item["kind"].as_str()).collect();
    for kind in ["ScaledObject", "PodMonitor"] {
        ensure!(kinds.contains(&kind), "there is no {kind} among {kinds:?}");
    }
    Ok(())
}
