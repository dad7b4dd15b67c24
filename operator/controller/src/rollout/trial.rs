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
