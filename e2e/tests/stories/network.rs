//! Who can open a connection to whom: exactly the edges of the call graph, tried from inside of every pod.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, ensure};
use contracts::Role;
use contracts::identity::Part;
use e2e::cluster::Kind;
use e2e::{Story, alone, ephemeral};
use futures::future::try_join_all;
use kube::ResourceExt;
use kube::api::DynamicObject;
use serde_json::json;

/// A port that somebody listens on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Target {
    part: &'static str,
    port_name: String,
    address: String,
    port: u64,
}

/// Written from what the parts do, not from what the operator permits.
fn is_an_edge(client: Part, server: Part, port: &str) -> bool {
    match (client, server) {
        (Part::Role(_), Part::Role(role)) => port == "http" && client.may_call(role),
        (Part::Role(role), Part::Postgres) => role.spec().owns_database,
        (Part::Role(role), Part::Rabbitmq) => match port {
            "amqp" | "amqps" => role.speaks_amqp(),
            "mqtt" | "mqtts" => role.spec().publishes_mqtt,
            _ => false,
        },
        (Part::Prometheus, Part::Role(_)) => port == "admin",
        (Part::Prometheus, Part::Rabbitmq) => port.starts_with("prometheus") || port.starts_with("metrics"),
        _ => false,
    }
}

#[test]
fn every_edge_of_the_call_graph_is_open_and_every_other_pair_of_pods_is_not() {
    alone("network", async |story| {
        let pods = pods(&story).await?;
        let targets: BTreeSet<Target> = pods.iter().flat_map(|(part, pod)| targets(*part, pod)).collect();
        ensure!(targets.len() > 2 * Role::ALL.len(), "{targets:?}");
        let seen = try_join_all(
            pods.iter().map(async |(part, pod)| anyhow::Ok((*part, reached(&story, pod, &targets).await?))),
        )
        .await?;
        let mut wrong = Vec::new();
        let (mut open, mut closed) = (0, 0);
        for (client, reached) in seen {
            for target in targets.iter().filter(|target| target.part != client.name()) {
                let server = Part::find(target.part).context("a part has a name")?;
                let (is_open, allowed) =
                    (reached.contains(target), is_an_edge(client, server, &target.port_name));
                if is_open {
                    open += 1;
                } else {
                    closed += 1;
                }
                if is_open != allowed {
                    let said = if is_open { "reaches" } else { "does not reach" };
                    wrong.push(format!("{} {said} {} {}", client.name(), target.part, target.port_name));
                }
            }
        }
        println!("{open} pairs open, {closed} closed");
        ensure!(wrong.is_empty(), "{wrong:#?}");
        Ok(())
    });
}

/// One pod of each part.
async fn pods(story: &Story) -> Result<Vec<(Part, DynamicObject)>> {
    let mut pods = Vec::new();
    for part in Part::all().filter(|part| *part != Part::Operator) {
        let pod = story.stack.pods_of(part.name()).await?.into_iter().next();
        pods.push((part, pod.with_context(|| format!("there is no pod of {}", part.name()))?));
    }
    Ok(pods)
}

fn targets(part: Part, pod: &DynamicObject) -> Vec<Target> {
    let address = pod.data["status"]["podIP"].as_str().unwrap_or_default().to_owned();
    let containers = pod.data["spec"]["containers"].as_array().cloned().unwrap_or_default();
    let ports =
        containers.iter().flat_map(|container| container["ports"].as_array().cloned().unwrap_or_default());
    let target = |port: serde_json::Value| Target {
        part: part.name(),
        port_name: port["name"].as_str().unwrap_or_default().to_owned(),
        address: address.clone(),
        port: port["containerPort"].as_u64().unwrap_or_default(),
    };
    ports.map(target).collect()
}

/// Those that a connection can be opened to from this pod.
async fn reached(story: &Story, pod: &DynamicObject, targets: &BTreeSet<Target>) -> Result<BTreeSet<Target>> {
    let tries = targets.iter().map(|Target { address, port, .. }| {
        format!(
            "(timeout 3 bash -c 'exec 3<>/dev/tcp/{address}/{port}' 2>/dev/null && echo {address}/{port}) &"
        )
    });
    let script = tries.chain(["wait; echo done".to_owned()]).collect::<Vec<_>>().join("\n");
    let said = ephemeral::run(&story.cluster, pod, &script).await?;
    ensure!(said.contains("done"), "{}: {said}", pod.name_any());
    let named: BTreeMap<String, &Target> =
        targets.iter().map(|target| (format!("{}/{}", target.address, target.port), target)).collect();
    Ok(said.lines().filter_map(|line| named.get(line.trim()).map(|target| (*target).clone())).collect())
}

#[test]
fn a_stranger_of_another_namespace_reaches_the_gateway_at_most() {
    const NAMESPACE: &str = "network-stranger";
    alone("network-stranger", async |story| {
        let cluster = &story.cluster;
        cluster
            .create(
                Kind::Namespace,
                "",
                json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}}),
            )
            .await?;
        let told = stranger(&story, NAMESPACE).await;
        cluster.delete(Kind::Namespace, "", NAMESPACE).await?;
        told
    });
}

async fn stranger(story: &Story, namespace: &str) -> Result<()> {
    let pod = json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": "stranger", "namespace": namespace},
        "spec": {
            "terminationGracePeriodSeconds": 0,
            "securityContext": {"runAsUser": 65532, "runAsNonRoot": true},
            "containers": [{"name": "main", "image": ephemeral::IMAGE, "imagePullPolicy": "IfNotPresent", "command": ["sleep", "600"]}],
        },
    });
    story.cluster.create(Kind::Pod, namespace, pod).await?;
    e2e::kubectl::kubectl(&[
        "-n",
        namespace,
        "wait",
        "pod/stranger",
        "--for=condition=Ready",
        "--timeout=60s",
    ])
    .await?;
    let targets: BTreeSet<Target> =
        pods(story).await?.iter().flat_map(|(part, pod)| targets(*part, pod)).collect();
    let stranger = story.cluster.get(Kind::Pod, namespace, "stranger").await?;
    // A new pod is open for a moment, until the node knows its address.
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    let mut reached = reached(story, &stranger, &targets).await?;
    reached.retain(|target| (target.part, target.port_name.as_str()) != (Role::Gateway.name(), "http"));
    ensure!(reached.is_empty(), "{reached:?}");
    Ok(())
}
