//! Stacks that lean on other operators, which are installed only after the stack was applied. `make test-operators` tells this, and
//! removes those operators: it takes some minutes.

#[path = "operators/certificates.rs"]
mod certificates;

use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use e2e::cluster::Kind;
use e2e::evidence::root;
use e2e::guests::Guests;
use e2e::kubectl::{kubectl, try_kubectl};
use e2e::purchases::{buy, buy_one_of};
use e2e::wait::once;
use e2e::{Stack, in_own_namespace, within};
use operator_api::{ConditionType, Reason};
use serde_json::{Value, json};
use tokio::process::Command;

const NOTICED_WITHIN: Duration = Duration::from_secs(60);
const READY_WITHIN: Duration = Duration::from_secs(420);
const PROMOTED_WITHIN: Duration = Duration::from_secs(180);
const READ_WITHIN: Duration = Duration::from_secs(30);
const GONE_WITHIN: Duration = Duration::from_secs(120);
const INSTANCES: usize = 2;

#[test]
#[ignore = "takes some minutes, and installs operators: make test-operators"]
fn a_stack_waits_for_the_operators_that_it_needs_and_survives_the_loss_of_the_primary() {
    in_own_namespace("operators", told);
}

async fn told(guests: Guests) -> Result<()> {
    let leader = guests.cluster.leader().await?;

    let stack = guests.stack("shop", &looked_after()).await?;
    waits_for(&stack, ConditionType::DatabaseReady, "install CloudNativePG").await;
    waits_for(&stack, ConditionType::MessagingReady, "install RabbitMQ's operator").await;
    install("cloud-native-pg").await?;
    install("rabbitmq").await?;
    stack.wait_for(ConditionType::Ready, "True", READY_WITHIN).await;
    ensure!(guests.cluster.leader().await? == leader, "the operator was started anew");
    accepted(&stack).await?;

    let people = guests.people_of(&stack)?;
    let bought = buy(&people).await?;
    bought.shopper.orders(10, None).await?;
    read_from_the_standby(&stack).await;

    let lost = lose_the_primary(&stack).await?;
    stack.wait_for(ConditionType::Ready, "True", READY_WITHIN).await;
    ensure!(primary(&stack).await? != lost, "nobody took the place of {lost}");
    buy_one_of(&bought.shopper, &bought.product).await?;
    buy(&people).await?;
    leaves_nothing(&stack).await
}

/// With the images that the stories have, and not much room.
fn looked_after() -> Value {
    let small = json!({"requests": {"cpu": "10m", "memory": "128Mi"}});
    json!({
        "database": {
            "mode": "CloudNativePG",
            "cloudNativePG": {
                "instances": INSTANCES,
                "image": "docker.io/library/postgres:17",
                "pooler": true,
                // Of what it can be asked for here: snapshots need a kind of their own.
                "backup": {"schedule": "0 2 * * *", "method": "BarmanObjectStore"},
                "overrides": {"postgresUID": 999, "postgresGID": 999, "resources": small},
            },
        },
        "messaging": {
            "mode": "RabbitmqCluster",
            "rabbitmqCluster": {
                "replicas": 1,
                "image": "docker.io/library/rabbitmq:4.0",
                "overrides": {"resources": small},
            },
        },
    })
}

async fn waits_for(stack: &Stack, condition: ConditionType, said: &str) {
    within(NOTICED_WITHIN, &format!("{condition} says what is missing"), async || {
        let condition = stack.condition(condition).await?;
        let told = condition.reason == Reason::NotInstalled.name() && condition.message.contains(said);
        once(told, condition)
    })
    .await;
}

async fn install(operator: &str) -> Result<()> {
    let script = root().join("e2e/cluster/operators");
    let done = Command::new(script).arg(operator).stdin(Stdio::null()).kill_on_drop(true).output().await?;
    ensure!(done.status.success(), "{operator}: {}", String::from_utf8_lossy(&done.stderr));
    Ok(())
}

/// What its operator would have refused is not there.
async fn accepted(stack: &Stack) -> Result<()> {
    for (kind, part) in [("pooler", "db-pooler"), ("scheduledbackup", "backup")] {
        kubectl(&["-n", &stack.namespace, "get", kind, &stack.part(part)]).await?;
    }
    Ok(())
}

/// Those services that have been asked for what may be some moments old.
async fn read_from_the_standby(stack: &Stack) {
    within(READ_WITHIN, "orders and inventory read from the standby", async || {
        let primary = primary(stack).await?;
        let servers = status(stack).await?["instanceNames"].clone();
        let standby = servers.as_array().into_iter().flatten().find(|name| **name != primary);
        let standby = standby.and_then(Value::as_str).context("there is no standby")?;
        let query = "SELECT DISTINCT usename FROM pg_stat_activity WHERE pg_is_in_recovery()";
        let psql =
            ["exec", standby, "-c", "postgres", "--", "psql", "--tuples-only", "--no-align", "-c", query];
        let said = try_kubectl(&[&["-n", stack.namespace.as_str()], &psql[..]].concat(), "").await?;
        let readers: Vec<&str> = said.out.lines().collect();
        once(["orders", "inventory"].iter().all(|role| readers.contains(role)), &said).map(drop)
    })
    .await;
}

/// Without warning. Returns which it was.
async fn lose_the_primary(stack: &Stack) -> Result<String> {
    let lost = primary(stack).await?;
    let at_once = kube::api::DeleteParams::default().grace_period(0);
    stack.cluster.api(Kind::Pod, &stack.namespace).delete(&lost, &at_once).await?;
    within(PROMOTED_WITHIN, "another server is the primary, and all are ready", async || {
        let status = status(stack).await?;
        let healthy = status["instancesStatus"]["healthy"].as_array().map_or(0, Vec::len);
        once(status["currentPrimary"] != *lost && healthy == INSTANCES, &status).map(drop)
    })
    .await;
    Ok(lost)
}

async fn primary(stack: &Stack) -> Result<String> {
    let status = status(stack).await?;
    status["currentPrimary"].as_str().map(str::to_owned).context("there is no primary")
}

/// Of the Cluster.
async fn status(stack: &Stack) -> Result<Value> {
    let object = stack.cluster.get(Kind::PostgresCluster, &stack.namespace, &stack.part("db")).await?;
    Ok(object.data["status"].clone())
}

/// `deletionPolicy: Delete` reaches what the other operators made.
async fn leaves_nothing(stack: &Stack) -> Result<()> {
    kubectl(&["-n", &stack.namespace, "delete", "ecommercestack", &stack.name, "--timeout=120s"]).await?;
    within(GONE_WITHIN, "its servers and their volumes are gone", async || {
        let left = kubectl(&["-n", &stack.namespace, "get", "pods,pvc", "-o", "name"]).await?;
        once(left.is_empty(), left).map(drop)
    })
    .await;
    Ok(())
}
