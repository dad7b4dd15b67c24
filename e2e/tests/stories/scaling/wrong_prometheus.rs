//! Queries that give no number, and servers that are no Prometheus: the condition says what is wrong, pods stay, and nobody asks
//! more often than before.

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};
use contracts::Role;
use e2e::cluster::Kind;
use e2e::wait::{once, within};
use e2e::{Stack, Story};
use operator_api::{ConditionType, Reason};
use serde_json::{Value, json};

use super::{SCALED_WITHIN, TICK, scaling_alone};

const SECRET: &str = "story-prometheus";
const PODS: i64 = 2;

/// What is asked of whom, and a word of what status says then.
const QUERIES: [(Role, &str, &str); 3] = [
    (Role::Storefront, "sum(", "parse"),
    (Role::Catalog, "up[1m]", "matrix"),
    (Role::Inventory, "{__name__=~\".+\"}", "series"),
];

#[test]
fn what_gives_no_number_changes_no_number() {
    scaling_alone("scaling-no-number", &QUERIES.map(|(role, ..)| role), async |story| {
        let stack = &story.stack;
        for (role, ..) in QUERIES {
            // In mode Fixed first, so that there is something to lose.
            stack.scale(role, &json!({"replicas": PODS})).await?;
        }
        for (role, ..) in QUERIES {
            stack.has(role, PODS, SCALED_WITHIN).await;
        }
        // What has had a value is missed at once.
        let two = metric(&format!("vector({PODS})"));
        for (role, ..) in QUERIES {
            stack.scale(role, &json!({"mode": "Native", "metrics": two})).await?;
        }
        stack.wait_for(ConditionType::MetricsAvailable, "True", SCALED_WITHIN).await;
        for (role, query, _) in QUERIES {
            stack.scale(role, &json!({"metrics": metric(query)})).await?;
        }
        for (role, query, word) in QUERIES {
            within(SCALED_WITHIN, &format!("status says what is wrong with `{query}`"), async || {
                let told = stack.autoscaling(role).await?;
                let message = told["message"].as_str().unwrap_or_default().to_lowercase();
                once(told["heldBackBy"] == "Missing" && message.contains(word), told)
            })
            .await;
        }
        missing(stack, &[Reason::QueryRefused, Reason::NoData]).await;

        in_turn(story).await?;
        for (role, ..) in QUERIES {
            let replicas = stack.replicas_of(role.name()).await?;
            ensure!((replicas.wanted, replicas.ready) == (PODS, PODS), "{role} has {replicas:?}");
        }
        Ok(())
    });
}

fn metric(query: &str) -> Value {
    json!([{"name": "wrong", "query": query, "target": "1"}])
}

/// Servers that are none.
async fn in_turn(story: &Story) -> Result<()> {
    let (stack, cluster) = (&story.stack, &story.cluster);
    let host = |role: Role| {
        format!("http://{}.{}.svc:{}", stack.part(role.name()), stack.namespace, role.spec().port)
    };
    cluster.delete(Kind::Secret, &stack.namespace, SECRET).await?;
    cluster.create(Kind::Secret, &stack.namespace, credentials(story).await?).await?;
    let nobody = format!("http://{}.{}.svc:9", stack.part("storefront"), stack.namespace);
    let refusing = json!({
        "url": "https://kubernetes.default.svc", "authSecretName": SECRET, "caSecretName": SECRET,
    });
    let servers = [
        (json!({"url": host(Role::Storefront)}), Reason::PrometheusUnreachable),
        (refusing, Reason::QueryRefused),
        (json!({"url": nobody}), Reason::PrometheusUnreachable),
    ];
    for (external, reason) in servers {
        stack.patch(&json!({"spec": {"observability": {"prometheus": null}}})).await?;
        stack
            .patch(&json!({"spec": {"observability": {"prometheus": {"mode": "External", "external": external}}}}))
            .await?;
        missing(stack, &[reason]).await;
        let said = stack.condition(ConditionType::MetricsAvailable).await?;
        println!("{external}: {}", said.message);
        ensure!(!said.message.contains("not-a-token"), "it tells the token: {}", said.message);
    }
    asks_no_more_than_once_per_tick(story).await?;
    stack.patch(&json!({"spec": {"observability": null}})).await?;
    cluster.delete(Kind::Secret, &stack.namespace, SECRET).await
}

/// The API server's own CA, and a token that it does not know.
async fn credentials(story: &Story) -> Result<Value> {
    let bundle = story.cluster.get(Kind::ConfigMap, &story.stack.namespace, "kube-root-ca.crt").await?;
    let ca = bundle.data["data"]["ca.crt"].as_str().context("the cluster has a CA")?.to_owned();
    Ok(json!({
        "apiVersion": "v1", "kind": "Secret", "metadata": {"name": SECRET},
        "stringData": {"token": "not-a-token", "ca.crt": ca},
    }))
}

async fn missing(stack: &Stack, reasons: &[Reason]) {
    within(SCALED_WITHIN, &format!("MetricsAvailable is False for one of {reasons:?}"), async || {
        let condition = stack.condition(ConditionType::MetricsAvailable).await?;
        let told =
            condition.status == "False" && reasons.iter().any(|reason| condition.reason == reason.name());
        once(told, condition)
    })
    .await;
}

/// Queries that the operator has sent, whatever came of them.
async fn asked(story: &Story) -> Result<f64> {
    let samples = story.cluster.operator_metrics().await?;
    let all: BTreeMap<String, f64> =
        samples.sums("ecommerce_operator_prometheus_queries_total", |_| Some(String::new()));
    Ok(all.values().sum())
}

async fn asks_no_more_than_once_per_tick(story: &Story) -> Result<()> {
    let before = asked(story).await?;
    let ticks = 1;
    tokio::time::sleep(TICK * ticks).await;
    let grown = asked(story).await? - before;
    // A query per metric and one for the queues' messages, each once in a tick, of which one may come early.
    let most = f64::from(ticks + 1) * f64::from(u32::try_from(QUERIES.len())? + 2);
    ensure!(grown <= most, "{grown} queries in {ticks} ticks, and {most} would do");
    Ok(())
}
