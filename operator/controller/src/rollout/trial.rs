//! Whether the newest pods of a Deployment come up, or never will.

use k8s_openapi::jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::live::LiveObject;
use crate::workload::{self, Rollout};

/// What says which pods of a Deployment are the newest.
const REVISION: &str = "deployment.kubernetes.io/revision";
/// A pod may stumble over what is just coming up; after this it has had its chance.
const PATIENCE: SignedDuration = SignedDuration::from_secs(60);
const RESTARTS: i64 = 3;

/// ReplicaSets and pods of a stack; read only while new pods are coming up.
#[derive(Clone, Debug, Default)]
pub struct Trials {
    pub sets: Vec<Value>,
    pub pods: Vec<Value>,
}

impl Trials {
    /// Why the newest pods of this Deployment will not come up. The words stay the same while the trouble does.
    pub fn failure(&self, deployment: &LiveObject, now: Timestamp) -> Option<String> {
        match workload::deployment(&deployment.value, None).rollout {
            Rollout::Complete => None,
            Rollout::Stalled { .. } => Some(
                self.trouble(deployment, now).unwrap_or_else(|| "no new pod was ready in time".to_owned()),
            ),
            Rollout::Underway => self.trouble(deployment, now),
        }
    }

    fn trouble(&self, deployment: &LiveObject, now: Timestamp) -> Option<String> {
        let newest = self.newest_set(deployment)?;
        let pods = self
            .pods
            .iter()
            .filter(|pod| belongs(pod, newest["metadata"]["uid"].as_str().unwrap_or_default()));
        pods.filter(|pod| !pod["metadata"]["deletionTimestamp"].is_string())
            .find_map(|pod| hopeless(pod, now))
    }

    fn newest_set(&self, deployment: &LiveObject) -> Option<&Value> {
        let revision =
            |object: &Value| object["metadata"]["annotations"][REVISION].as_str().map(str::to_owned);
        let wanted = revision(&deployment.value)?;
        self.sets.iter().find(|set| belongs(set, deployment.uid()) && revision(set).as_ref() == Some(&wanted))
    }
}

fn belongs(object: &Value, uid: &str) -> bool {
    let owners = object["metadata"]["ownerReferences"].as_array();
    owners.into_iter().flatten().any(|owner| owner["uid"] == uid)
}

fn hopeless(pod: &Value, now: Timestamp) -> Option<String> {
    let lists = ["initContainerStatuses", "containerStatuses"];
    let mut containers = lists.iter().filter_map(|list| pod["status"][list].as_array()).flatten();
    containers.find_map(|container| {
        let tried = container["restartCount"].as_i64().unwrap_or(0) >= RESTARTS;
        (tried || is_old(pod, now)).then(|| trouble_of(container, tried)).flatten()
    })
}

fn is_old(pod: &Value, now: Timestamp) -> bool {
    let created =
        pod["metadata"]["creationTimestamp"].as_str().and_then(|time| time.parse::<Timestamp>().ok());
    created.is_some_and(|created| now.duration_since(created) >= PATIENCE)
}

fn trouble_of(container: &Value, tried: bool) -> Option<String> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    match container["state"]["waiting"]["reason"].as_str() {
        Some("ErrImagePull" | "ImagePullBackOff" | "InvalidImageName" | "ErrImageNeverPull") => {
            Some(format!("image {} can't be pulled", text(&container["image"])))
        }
        Some(reason @ ("CreateContainerConfigError" | "CreateContainerError" | "RunContainerError")) => {
            Some(format!("container {} can't start ({reason})", text(&container["name"])))
        }
        Some("CrashLoopBackOff") => Some(ended(container)),
        // Between two crashes it looks as if it ran.
        _ if tried && container["ready"] != true => Some(ended(container)),
        _ => None,
    }
}

fn ended(container: &Value) -> String {
    let (name, last) =
        (container["name"].as_str().unwrap_or_default(), &container["lastState"]["terminated"]);
    let how = match last["reason"].as_str() {
        Some("OOMKilled") => "was killed for using too much memory".to_owned(),
        _ => format!("exited with code {}", last["exitCode"].as_i64().unwrap_or(-1)),
    };
    format!("container {name} {how}, again and again")
}

#[cfg(test)]
mod tests {
    use operator_desired::Kind;
    use serde_json::json;

    use super::*;

    /// A Deployment on its way from revision 1 to 2, and one pod of the newest ReplicaSet.
    fn failure(pod: Value, seconds: i64) -> Option<String> {
        let owned = |by: &str| json!([{ "uid": by }]);
        let deployment = json!({
            "metadata": {"name": "shop-orders", "uid": "d", "annotations": {REVISION: "2"}},
            "spec": {"replicas": 1},
        });
        let set = |uid: &str, revision: &str| json!({"metadata": {"uid": uid, "ownerReferences": owned("d"), "annotations": {REVISION: revision}}});
        let mut pod = pod;
        pod["metadata"]["creationTimestamp"] = json!("2026-11-22T12:00:00Z");
        if pod["metadata"]["ownerReferences"].is_null() {
            pod["metadata"]["ownerReferences"] = owned("new");
        }
        let now = "2026-11-22T12:00:00Z".parse::<Timestamp>().unwrap() + SignedDuration::from_secs(seconds);
        let trials = Trials { sets: vec![set("old", "1"), set("new", "2")], pods: vec![pod] };
        trials.failure(&LiveObject::of(Kind::named("Deployment"), deployment), now)
    }

    fn waiting(reason: &str) -> Value {
        json!({"status": {"containerStatuses": [{
            "name": "orders", "image": "shop:9", "restartCount": 0, "ready": false,
            "state": {"waiting": {"reason": reason}}, "lastState": {"terminated": {"exitCode": 3}},
        }]}})
    }

    #[test]
    fn each_thing_that_no_waiting_mends_is_told_once_a_pod_has_had_its_minute() {
        let pull = "image shop:9 can't be pulled";
        let start = |reason: &str| format!("container orders can't start ({reason})");
        let crash = "container orders exited with code 3, again and again";
        for (reason, told) in [
            ("ErrImagePull", pull.to_owned()),
            ("ImagePullBackOff", pull.to_owned()),
            ("InvalidImageName", pull.to_owned()),
            ("ErrImageNeverPull", pull.to_owned()),
            ("CreateContainerConfigError", start("CreateContainerConfigError")),
            ("CreateContainerError", start("CreateContainerError")),
            ("RunContainerError", start("RunContainerError")),
            ("CrashLoopBackOff", crash.to_owned()),
        ] {
            assert_eq!(failure(waiting(reason), 59), None, "{reason}");
            assert_eq!(failure(waiting(reason), 60), Some(told), "{reason}");
        }
        for reason in ["ContainerCreating", "PodInitializing"] {
            assert_eq!(failure(waiting(reason), 250), None, "{reason}");
        }
    }

    #[test]
    fn three_restarts_are_enough_however_young_a_pod_is() {
        let restarted = |times: i64, terminated: Value| {
            json!({"status": {"containerStatuses": [{
                "name": "orders", "restartCount": times, "ready": false, "state": {"running": {}},
                "lastState": {"terminated": terminated},
            }]}})
        };
        let probed = restarted(3, json!({"exitCode": 137, "reason": "Error"}));
        let told = "container orders exited with code 137, again and again";
        assert_eq!(failure(probed.clone(), 1).as_deref(), Some(told), "its probes fail");
        assert_eq!(failure(restarted(2, json!({"exitCode": 137})), 250), None);
        let killed = failure(restarted(3, json!({"exitCode": 137, "reason": "OOMKilled"})), 1).unwrap();
        assert!(killed.contains("too much memory"), "{killed}");
        let mut recovered = probed;
        recovered["status"]["containerStatuses"][0]["ready"] = json!(true);
        assert_eq!(failure(recovered, 250), None);
    }

    #[test]
    fn containers_that_run_first_count_and_old_or_leaving_pods_do_not() {
        let mut first = json!({"status": {"initContainerStatuses": waiting("ErrImagePull")["status"]["containerStatuses"]}});
        assert!(failure(first.clone(), 60).is_some());
        first["metadata"]["deletionTimestamp"] = json!("2026-11-22T12:00:30Z");
        assert_eq!(failure(first, 60), None);
        let mut old = waiting("CrashLoopBackOff");
        old["metadata"]["ownerReferences"] = json!([{ "uid": "old" }]);
        assert_eq!(failure(old, 60), None);
    }

    #[test]
    fn a_pod_that_runs_and_is_never_ready_has_until_the_deadline() {
        let trials = Trials::default();
        let deployment = |reason: &str| {
            let progressing = json!([{"type": "Progressing", "status": "False", "reason": reason}]);
            let value = json!({"metadata": {"name": "shop-orders"}, "status": {"conditions": progressing}});
            LiveObject::of(Kind::named("Deployment"), value)
        };
        let now = Timestamp::UNIX_EPOCH;
        let told = trials.failure(&deployment("ProgressDeadlineExceeded"), now);
        assert_eq!(told.as_deref(), Some("no new pod was ready in time"));
        assert_eq!(trials.failure(&deployment("ReplicaSetUpdated"), now), None);
    }
}
