//! How far Deployments, StatefulSets and Jobs have come, read from their status. Pure.

use serde_json::Value;

use crate::autoscaler::RESUME_REPLICAS;

/// The pods of a Deployment or a StatefulSet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pods {
    pub ready: i32,
    pub desired: i32,
    pub rollout: Rollout,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rollout {
    /// All pods are of the newest template and available.
    Complete,
    Underway,
    /// The controller gave up waiting for new pods; the old ones, if any, serve on.
    Stalled {
        message: String,
    },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JobState {
    Running,
    Complete,
    Failed { message: String },
}

impl Pods {
    pub fn up(&self) -> bool {
        self.rollout == Rollout::Complete
    }
}

/// As `kubectl rollout status` judges it, but that pods beyond `least` may be on their way: scaling out is no update.
pub fn deployment(value: &Value, least: Option<i32>) -> Pods {
    let desired = number(&value["spec"]["replicas"], 1);
    let status = &value["status"];
    let count = |field: &str| number(&status[field], 0);
    let deadline =
        condition(value, "Progressing").filter(|found| found["reason"] == "ProgressDeadlineExceeded");
    // Its stack was stopped: that no pod is wanted is not for long.
    let resuming = value["metadata"]["annotations"][RESUME_REPLICAS].is_string();
    let rollout = if !observed(value) || resuming {
        Rollout::Underway
    } else if let Some(deadline) = deadline {
        Rollout::Stalled { message: text(&deadline["message"]) }
    } else if count("updatedReplicas") == desired
        && count("replicas") == desired
        && count("availableReplicas") >= least.map_or(desired, |least| least.min(desired))
    {
        Rollout::Complete
    } else {
        Rollout::Underway
    };
    Pods { ready: count("readyReplicas"), desired, rollout }
}

pub fn stateful_set(value: &Value) -> Pods {
    let desired = number(&value["spec"]["replicas"], 1);
    let status = &value["status"];
    let count = |field: &str| number(&status[field], 0);
    // Not by `currentRevision`: it is never moved where the operator replaces the pods.
    let newest = count("updatedReplicas") == desired;
    let complete = observed(value) && newest && count("readyReplicas") == desired;
    let rollout = if complete { Rollout::Complete } else { Rollout::Underway };
    Pods { ready: count("readyReplicas"), desired, rollout }
}

/// A broker that RabbitMQ's operator runs. It tells whether all nodes are ready, and not how many.
pub fn rabbitmq_cluster(value: &Value) -> Pods {
    let desired = number(&value["spec"]["replicas"], 1);
    let is_true = |kind: &str| condition(value, kind).is_some_and(|found| found["status"] == "True");
    let all = observed(value) && is_true("AllReplicasReady");
    let complete = all && is_true("ClusterAvailable") && is_true("ReconcileSuccess");
    let rollout = if complete { Rollout::Complete } else { Rollout::Underway };
    Pods { ready: if all { desired } else { 0 }, desired, rollout }
}

/// Of CloudNativePG, whose status does not say which spec it is about: what we can go by is that the primary is ready, and that
/// no other instance is to take its place. A lost one stays the current primary until another has been promoted.
pub fn postgres_cluster(value: &Value) -> Pods {
    let status = &value["status"];
    let primary = status["currentPrimary"].as_str().filter(|name| !name.is_empty());
    let stays = primary.is_some() && status["targetPrimary"].as_str() == primary;
    let healthy = status["instancesStatus"]["healthy"].as_array();
    let ready = healthy.is_some_and(|names| names.iter().any(|name| name.as_str() == primary));
    let rollout = if stays && ready { Rollout::Complete } else { Rollout::Underway };
    let (ready, desired) = (number(&status["readyInstances"], 0), number(&value["spec"]["instances"], 1));
    Pods { ready, desired, rollout }
}

/// Of CloudNativePG: a role or a database is as it was asked for.
pub fn carried_out(value: &Value) -> bool {
    value["status"]["applied"] == true && observed(value)
}

pub fn job(value: &Value) -> JobState {
    let is_true = |kind: &str| condition(value, kind).filter(|found| found["status"] == "True");
    if is_true("Complete").is_some() {
        JobState::Complete
    } else if let Some(failed) = is_true("Failed") {
        let (reason, message) = (text(&failed["reason"]), text(&failed["message"]));
        JobState::Failed { message: format!("{reason}: {message}") }
    } else {
        JobState::Running
    }
}

/// The image of the first container.
pub fn image(value: &Value) -> Option<String> {
    value["spec"]["template"]["spec"]["containers"][0]["image"].as_str().map(str::to_owned)
}

/// How often a Deployment has been rolled out.
pub fn revision(value: &Value) -> Option<i64> {
    value["metadata"]["annotations"]["deployment.kubernetes.io/revision"].as_str()?.parse().ok()
}

/// Whether the status is about the present spec.
fn observed(value: &Value) -> bool {
    let seen = value["status"]["observedGeneration"].as_i64().unwrap_or(0);
    seen >= value["metadata"]["generation"].as_i64().unwrap_or(0)
}

fn condition<'a>(value: &'a Value, kind: &str) -> Option<&'a Value> {
    value["status"]["conditions"].as_array()?.iter().find(|condition| condition["type"] == kind)
}

fn number(value: &Value, default: i32) -> i32 {
    value.as_i64().and_then(|number| i32::try_from(number).ok()).unwrap_or(default)
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn rolled_out() -> Value {
        json!({
            "metadata": {"generation": 3},
            "spec": {"replicas": 2},
            "status": {
                "observedGeneration": 3, "replicas": 2, "updatedReplicas": 2, "readyReplicas": 2, "availableReplicas": 2,
            },
        })
    }

    #[test]
    fn a_deployment_is_up_when_all_its_pods_are_new_and_available() {
        assert_eq!(
            deployment(&rolled_out(), None),
            Pods { ready: 2, desired: 2, rollout: Rollout::Complete }
        );
        for (field, value) in
            [("observedGeneration", 2), ("replicas", 3), ("updatedReplicas", 1), ("availableReplicas", 1)]
        {
            let mut behind = rolled_out();
            behind["status"][field] = json!(value);
            assert_eq!(deployment(&behind, None).rollout, Rollout::Underway, "{field}");
        }
    }

    #[test]
    fn pods_beyond_the_least_may_be_on_their_way() {
        let mut growing = rolled_out();
        growing["status"]["availableReplicas"] = json!(1);
        assert!(deployment(&growing, Some(1)).up());
        assert!(!deployment(&growing, Some(2)).up());
        growing["status"]["updatedReplicas"] = json!(1);
        assert!(!deployment(&growing, Some(1)).up(), "this is an update");
    }

    #[test]
    fn scaled_to_zero_is_up() {
        let idle = json!({
            "metadata": {"generation": 1}, "spec": {"replicas": 0}, "status": {"observedGeneration": 1},
        });
        assert!(deployment(&idle, Some(1)).up());
    }

    #[test]
    fn a_deadline_is_a_stall_but_only_of_the_present_generation() {
        let mut stalled = rolled_out();
        stalled["status"]["conditions"] = json!([
            {"type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded", "message": "timed out"},
        ]);
        assert_eq!(deployment(&stalled, None).rollout, Rollout::Stalled { message: "timed out".to_owned() });
        stalled["metadata"]["generation"] = json!(4);
        assert_eq!(deployment(&stalled, None).rollout, Rollout::Underway);
    }

    #[test]
    fn a_stateful_set_that_rolls_is_not_up() {
        let mut set = json!({
            "metadata": {"generation": 1},
            "spec": {"replicas": 1},
            "status": {"observedGeneration": 1, "readyReplicas": 1, "updatedReplicas": 1, "updateRevision": "b"},
        });
        assert!(stateful_set(&set).up());
        set["status"]["updatedReplicas"] = json!(0);
        assert!(!stateful_set(&set).up());
    }

    #[test]
    fn a_cluster_of_rabbitmqs_operator_is_up_when_it_says_so_of_the_present_spec() {
        let condition = |kind: &str, status: &str| json!({"type": kind, "status": status});
        let cluster = |generation: i64, available: &str| {
            json!({"metadata": {"generation": generation}, "spec": {"replicas": 3}, "status": {"observedGeneration": 2, "conditions": [
                condition("AllReplicasReady", "True"), condition("ClusterAvailable", available), condition("ReconcileSuccess", "True"),
            ]}})
        };
        assert!(rabbitmq_cluster(&cluster(2, "True")).up());
        assert!(!rabbitmq_cluster(&cluster(2, "False")).up());
        assert!(!rabbitmq_cluster(&cluster(3, "True")).up());
        assert!(!rabbitmq_cluster(&json!({})).up());
    }

    #[test]
    fn a_cluster_is_up_while_its_primary_is_ready_and_stays() {
        let cluster = |current: &str, target: &str, healthy: &[&str]| {
            postgres_cluster(&json!({"spec": {"instances": 3}, "status": {
                "readyInstances": healthy.len(), "currentPrimary": current, "targetPrimary": target,
                "instancesStatus": {"healthy": healthy},
            }}))
        };
        assert!(cluster("shop-db-1", "shop-db-1", &["shop-db-1"]).up());
        assert!(!cluster("shop-db-1", "shop-db-1", &["shop-db-2"]).up(), "it was lost a moment ago");
        assert!(
            !cluster("shop-db-1", "pending", &["shop-db-1", "shop-db-2"]).up(),
            "it is waited for to stop"
        );
        assert!(!cluster("shop-db-1", "shop-db-2", &["shop-db-2"]).up(), "the other one is being promoted");
        assert!(cluster("shop-db-2", "shop-db-2", &["shop-db-2"]).up());
        assert!(!cluster("", "", &[""]).up());
        assert!(!postgres_cluster(&json!({"spec": {"instances": 3}})).up());
        assert_eq!(cluster("shop-db-1", "shop-db-1", &["shop-db-1", "shop-db-3"]).ready, 2);
    }

    #[test]
    fn a_role_is_carried_out_in_its_present_form_only() {
        let role = |seen: i64, applied: bool| {
            carried_out(
                &json!({"metadata": {"generation": 2}, "status": {"observedGeneration": seen, "applied": applied}}),
            )
        };
        assert!(role(2, true) && !role(1, true) && !role(2, false));
        assert!(!carried_out(&json!({"metadata": {"generation": 1}})));
    }

    #[test]
    fn a_job_runs_until_it_says_otherwise() {
        assert_eq!(job(&json!({})), JobState::Running);
        let ended = |kind: &str| {
            json!({"status": {"conditions": [
                {"type": kind, "status": "True", "reason": "BackoffLimitExceeded", "message": "gave up"},
            ]}})
        };
        assert_eq!(job(&ended("Complete")), JobState::Complete);
        let message = "BackoffLimitExceeded: gave up".to_owned();
        assert_eq!(job(&ended("Failed")), JobState::Failed { message });
    }
}
