//! Why a pod does not come up, where waiting will not help. Pure.
//!
//! The words stay the same while the trouble does: the kubelet's own messages count seconds and alternate between two
//! names for one failure, and each change would be a write to the stack's status.

use serde_json::Value;

use crate::facts::Trouble;

/// The troubles among these pods, at most one per workload.
pub fn troubles(pods: &[Value], workloads: &[String], namespace: &str) -> Vec<Trouble> {
    let mut found: Vec<Trouble> = Vec::new();
    for pod in pods {
        let name = pod["metadata"]["name"].as_str().unwrap_or_default();
        let Some(workload) = workload_of(name, workloads) else { continue };
        if found.iter().any(|trouble| trouble.workload == workload) {
            continue;
        }
        if let Some(message) = trouble(pod, name, namespace) {
            found.push(Trouble { workload: workload.to_owned(), message });
        }
    }
    found
}

/// Why a Deployment gets no pods at all: a quota, or a policy of the namespace.
pub fn no_pods(deployment: &Value, workload: &str, namespace: &str) -> Option<Trouble> {
    let conditions = deployment["status"]["conditions"].as_array()?;
    let failure = conditions.iter().find(|one| one["type"] == "ReplicaFailure" && one["status"] == "True")?;
    let reason = without_pod_name(failure["message"].as_str().unwrap_or_default());
    let describe = format!("kubectl -n {namespace} describe deployment {workload}");
    Some(Trouble {
        workload: workload.to_owned(),
        message: format!("{workload} gets no pods: {reason}: {describe}"),
    })
}

/// Each try makes up another name.
fn without_pod_name(message: &str) -> String {
    let rest = message.strip_prefix("pods \"").and_then(|rest| rest.split_once("\" "));
    rest.map_or_else(|| message.to_owned(), |(_, rest)| format!("a pod {rest}"))
}

/// Pods are named after what they belong to.
fn workload_of<'a>(pod: &str, workloads: &'a [String]) -> Option<&'a str> {
    let named_after =
        |workload: &&String| pod.strip_prefix(workload.as_str()).is_some_and(|rest| rest.starts_with('-'));
    workloads.iter().filter(named_after).max_by_key(|workload| workload.len()).map(String::as_str)
}

fn trouble(pod: &Value, name: &str, namespace: &str) -> Option<String> {
    if pod["metadata"]["deletionTimestamp"].is_string() {
        return None;
    }
    if let Some(message) = unschedulable(pod) {
        return Some(format!(
            "pod {name} can't be scheduled: {message}: kubectl -n {namespace} describe pod {name}"
        ));
    }
    let lists = ["initContainerStatuses", "containerStatuses"];
    let containers = lists.iter().filter_map(|list| pod["status"][list].as_array()).flatten();
    containers.into_iter().find_map(|container| waiting(container, name, namespace))
}

fn unschedulable(pod: &Value) -> Option<&str> {
    let conditions = pod["status"]["conditions"].as_array()?;
    let scheduled = conditions.iter().find(|condition| condition["type"] == "PodScheduled")?;
    (scheduled["reason"] == "Unschedulable").then(|| scheduled["message"].as_str().unwrap_or_default())
}

fn waiting(container: &Value, pod: &str, namespace: &str) -> Option<String> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let (called, image) = (text(&container["name"]), text(&container["image"]));
    match container["state"]["waiting"]["reason"].as_str()? {
        "ErrImagePull" | "ImagePullBackOff" | "InvalidImageName" | "ErrImageNeverPull" => {
            Some(format!("pod {pod} can't pull image {image}: kubectl -n {namespace} describe pod {pod}"))
        }
        "CrashLoopBackOff" => {
            let ended = &container["lastState"]["terminated"];
            let how = match ended["reason"].as_str() {
                Some("OOMKilled") => "was killed for using too much memory".to_owned(),
                _ => format!("exited with code {}", ended["exitCode"].as_i64().unwrap_or(-1)),
            };
            let logs = format!("kubectl -n {namespace} logs {pod} -c {called} --previous");
            Some(format!("container {called} of pod {pod} {how}, again and again: {logs}"))
        }
        reason @ ("CreateContainerConfigError" | "CreateContainerError" | "RunContainerError") => {
            let message = text(&container["state"]["waiting"]["message"]);
            let describe = format!("kubectl -n {namespace} describe pod {pod}");
            Some(format!("pod {pod} can't start {called} ({reason}: {message}): {describe}"))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn found(pods: &[Value]) -> Vec<Trouble> {
        troubles(pods, &["shop-orders".to_owned(), "shop-postgres".to_owned()], "shops")
    }

    #[test]
    fn both_names_of_a_failed_pull_read_the_same() {
        let pod = |reason: &str| {
            json!({"metadata": {"name": "shop-orders-7d-x"}, "status": {"containerStatuses": [
                {"name": "shop", "image": "shop:9", "state": {"waiting": {"reason": reason, "message": "in 20s"}}},
            ]}})
        };
        let (one, other) = (found(&[pod("ErrImagePull")]), found(&[pod("ImagePullBackOff")]));
        assert_eq!(one, other);
        assert_eq!(one[0].workload, "shop-orders");
        let command = "kubectl -n shops describe pod shop-orders-7d-x";
        assert_eq!(one[0].message, format!("pod shop-orders-7d-x can't pull image shop:9: {command}"));
    }

    #[test]
    fn a_crash_names_the_logs_of_the_container_that_crashed() {
        let pod = json!({"metadata": {"name": "shop-postgres-0"}, "status": {"containerStatuses": [
            {"name": "postgres", "image": "p", "state": {"waiting": {"reason": "CrashLoopBackOff"}},
             "lastState": {"terminated": {"exitCode": 3, "reason": "Error"}}},
        ]}});
        let message = &found(&[pod])[0].message;
        assert!(message.contains("exited with code 3"), "{message}");
        assert!(
            message.ends_with("kubectl -n shops logs shop-postgres-0 -c postgres --previous"),
            "{message}"
        );
    }

    #[test]
    fn a_pod_that_fits_nowhere_says_why() {
        let pod = json!({"metadata": {"name": "shop-orders-1"}, "status": {"conditions": [
            {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": "Insufficient cpu"},
        ]}});
        assert!(found(&[pod])[0].message.contains("can't be scheduled: Insufficient cpu"));
    }

    #[test]
    fn a_policy_that_forbids_all_pods_is_told_without_their_names() {
        let deployment = json!({"status": {"conditions": [
            {"type": "ReplicaFailure", "status": "True", "message": "pods \"shop-orders-7-x2\" is forbidden: quota"},
        ]}});
        let message = no_pods(&deployment, "shop-orders", "shops").unwrap().message;
        assert!(
            message.starts_with("shop-orders gets no pods: a pod is forbidden: quota: kubectl"),
            "{message}"
        );
        assert_eq!(no_pods(&json!({}), "shop-orders", "shops"), None);
    }

    #[test]
    fn starting_and_leaving_pods_and_those_of_others_are_no_trouble() {
        let creating = json!({"metadata": {"name": "shop-orders-1"}, "status": {"containerStatuses": [
            {"name": "shop", "state": {"waiting": {"reason": "ContainerCreating"}}},
        ]}});
        let crashing = |name: &str, deleted: Value| {
            json!({"metadata": {"name": name, "deletionTimestamp": deleted}, "status": {"containerStatuses": [
                {"name": "shop", "state": {"waiting": {"reason": "CrashLoopBackOff"}}},
            ]}})
        };
        let leaving = crashing("shop-orders-2", json!("2026-01-01T00:00:00Z"));
        let other = crashing("shop-ordersystem-1", Value::Null);
        assert_eq!(found(&[creating, leaving, other]), []);
    }
}
