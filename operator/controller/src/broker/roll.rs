//! Replaces the pods of an embedded broker after a change, one at a time and only while the queues can spare the node.

use operator_desired::Kind;
use serde_json::Value;
use tracing::info;

use super::http::Unanswered;
use super::management::Management;
use super::place;
use super::turn::{Node, Turn, nodes, turn};
use super::visit::Visit;
use crate::cluster::Outcome;

/// Why the next pod has to stay for now; None: there is none, or it goes.
pub async fn roll(visit: &Visit<'_>) -> Outcome<Option<String>> {
    let name = place::rabbitmq(visit.stack);
    let Some(set) = visit.live.get(Kind::named("StatefulSet"), &name) else { return Ok(None) };
    if set.terminating() || !behind(&set.value) {
        return Ok(None);
    }
    let newest = set.value["status"]["updateRevision"].as_str().unwrap_or_default();
    let nodes = nodes(&name, newest, &visit.cluster.pods(visit.key).await?);
    let wanted =
        set.value["spec"]["replicas"].as_u64().and_then(|count| u32::try_from(count).ok()).unwrap_or(1);
    match turn(wanted, &nodes) {
        Turn::Nobodys => Ok(None),
        Turn::Replace(node) => replace(visit, &node).await,
        Turn::Ask(node) => match objection(visit, &node).await {
            Some(why) => Ok(Some(why)),
            None => replace(visit, &node).await,
        },
    }
}

/// Whether pods of an older template are there, as far as the StatefulSet's controller has got.
fn behind(set: &Value) -> bool {
    let status = &set["status"];
    let count = |value: &Value| value.as_i64().unwrap_or(0);
    count(&status["observedGeneration"]) >= count(&set["metadata"]["generation"])
        && count(&status["updatedReplicas"]) < count(&set["spec"]["replicas"])
}

async fn objection(visit: &Visit<'_>, node: &Node) -> Option<String> {
    let pod = &node.pod;
    let (namespace, by_hand) =
        (&visit.key.namespace, format!("kubectl -n {} delete pod {pod}", visit.key.namespace));
    match ask(visit, pod).await {
        Ok(false) => None,
        // The root was changed, and a node learns the new passwords at its start.
        Err(Unanswered::Denied(_)) => None,
        Ok(true) => Some(format!(
            "pod {pod} has to be replaced, and some queue would lose its majority with it: \
             kubectl -n {namespace} exec {pod} -- rabbitmq-queues check_if_node_is_quorum_critical"
        )),
        Err(why) => Some(format!(
            "pod {pod} has to be replaced, and can't be asked whether the queues can spare it ({why}); if they can: {by_hand}"
        )),
    }
}

async fn ask(visit: &Visit<'_>, pod: &str) -> Result<bool, Unanswered> {
    let nobody = || Unanswered::Unreachable("the operator has no certificate yet".to_owned());
    let mut place = place::node(visit.stack, visit.root, visit.live, pod).ok_or_else(nobody)?;
    place.url = visit.brokers.address(&place.url);
    Management::at(place)?.is_quorum_critical().await
}

async fn replace(visit: &Visit<'_>, node: &Node) -> Outcome<Option<String>> {
    let (stack, pod) = (visit.key, &node.pod);
    info!(stack.name = %stack, "Replacing pod {pod} of {stack}: its template has changed");
    visit.cluster.delete_pod(&stack.namespace, pod, &node.uid).await?;
    Ok(None)
}
