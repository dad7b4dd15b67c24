//! Prometheus is killed and can't be reached, comes back and knows nothing, and is itself again: no pod is given up.

use std::time::Duration;

use anyhow::{Result, ensure};
use contracts::Role;
use e2e::cluster::Kind;
use e2e::wait::{once, throughout, within};
use e2e::{Stack, Story};
use operator_api::{ConditionType, Reason};
use serde_json::{Value, json};

use super::{SCALED_WITHIN, TICK};

/// The names of what cuts it off.
const UNREACHABLE: &str = "story-prometheus-unreachable";
const BLIND: &str = "story-prometheus-blind";
/// A look, and a pod that starts.
const NOTICED_WITHIN: Duration = Duration::from_secs(60);

/// At the peak: catalog and gateway have `now` pods. For catalog the policy is to have `most` when it takes too long, gateway
/// goes on holding.
pub async fn prometheus_goes_away_and_comes_back(story: &Story, now: i64, most: i64) -> Result<()> {
    let stack = &story.stack;
    let gone = async {
        stack.lay_open().await?;
        // What it knew is too old when it can be asked again, and it learns nothing new.
        cut(stack, UNREACHABLE, "Ingress").await?;
        cut(stack, BLIND, "Egress").await?;
        stack.kill_pods_of("prometheus").await?;
        missing(stack, Reason::PrometheusUnreachable).await;
        stack.keeps(Role::Gateway, now, Duration::from_secs(5)).await?;

        heal(stack, UNREACHABLE).await?;
        missing(stack, Reason::NoData).await;
        stack.has(Role::Catalog, most, SCALED_WITHIN).await;
        stack.keeps(Role::Gateway, now, Duration::from_secs(5)).await
    }
    .await;
    for policy in [UNREACHABLE, BLIND] {
        heal(stack, policy).await?;
    }
    stack.close_again().await?;
    gone?;
    stack.wait_for(ConditionType::MetricsAvailable, "True", SCALED_WITHIN).await;
    throughout(TICK, async || {
        for role in [Role::Catalog, Role::Gateway] {
            let wanted = stack.replicas_of(role.name()).await?.wanted;
            ensure!((now..=most).contains(&wanted), "{role} has {wanted} after Prometheus came back");
        }
        Ok(())
    })
    .await
}

async fn missing(stack: &Stack, reason: Reason) {
    within(NOTICED_WITHIN, &format!("MetricsAvailable is False for {reason}"), async || {
        let condition = stack.condition(ConditionType::MetricsAvailable).await?;
        once((condition.status.as_str(), condition.reason.as_str()) == ("False", reason.name()), condition)
    })
    .await;
}

/// Nobody reaches it, or it reaches nobody.
async fn cut(stack: &Stack, name: &str, way: &str) -> Result<()> {
    let policy: Value = json!({
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": name, "namespace": stack.namespace},
        "spec": {
            "podSelector": {"matchLabels": {
                "app.kubernetes.io/instance": stack.name,
                "app.kubernetes.io/name": "prometheus",
            }},
            "policyTypes": [way],
        },
    });
    heal(stack, name).await?;
    stack.cluster.create(Kind::NetworkPolicy, &stack.namespace, policy).await
}

async fn heal(stack: &Stack, name: &str) -> Result<()> {
    stack.cluster.delete(Kind::NetworkPolicy, &stack.namespace, name).await
}
