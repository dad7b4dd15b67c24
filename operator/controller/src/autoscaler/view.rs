//! What the autoscaler knows of a Deployment: a few numbers and who wrote them.

use std::collections::BTreeMap;

use contracts::Role;
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use operator_api::MANAGER;
use serde::Deserialize;

use crate::cluster::SCALER;
use crate::live::INITIAL_SCALE;
use crate::stack_key::StackKey;

pub const HOLD_UNTIL: &str = "ecommercestack.dev/hold-until";
/// How many pods a service had when its stack was stopped.
pub const RESUME_REPLICAS: &str = "ecommercestack.dev/resume-replicas";
pub const PAUSED: &str = "ecommercestack.dev/autoscaling-paused";
pub const PAUSED_REPLICAS: &str = "ecommercestack.dev/paused-replicas";

/// A Deployment without its template: nothing else of it is even parsed.
#[derive(Clone, Debug, Deserialize, kube::Resource)]
#[resource(inherit = "Deployment")]
pub struct SlimDeployment {
    pub metadata: ObjectMeta,
    #[serde(default)]
    spec: Spec,
    #[serde(default)]
    status: Status,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Spec {
    replicas: Option<i32>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Status {
    available_replicas: i32,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct View {
    pub uid: String,
    /// The stack that controls it.
    pub stack_uid: String,
    pub version: String,
    /// `spec.replicas`.
    pub replicas: u32,
    /// Pods that take requests.
    pub ready: u32,
    /// Who wrote the replicas; None: nobody is known to have.
    pub hand: Option<String>,
    pub marks: Marks,
    /// It is being deleted.
    pub leaving: bool,
}

/// What people write on it for us.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    pub hold_until: Option<String>,
    pub paused: Option<String>,
    pub paused_replicas: Option<String>,
    /// Ours, but in the same place.
    pub resume_replicas: Option<String>,
}

impl View {
    /// `None`: it is no service of a stack.
    pub fn of(deployment: &SlimDeployment) -> Option<(StackKey, Role, Self)> {
        let metadata = &deployment.metadata;
        let (stack, role) = service(metadata)?;
        let owners = metadata.owner_references.as_deref().unwrap_or_default();
        let stack_uid = owners.iter().find(|owner| owner.controller == Some(true))?.uid.clone();
        let view = Self {
            uid: metadata.uid.clone().unwrap_or_default(),
            stack_uid,
            version: metadata.resource_version.clone().unwrap_or_default(),
            replicas: count(deployment.spec.replicas.unwrap_or(1)),
            ready: count(deployment.status.available_replicas),
            hand: hand(metadata),
            marks: Marks::of(metadata.annotations.as_ref()),
            leaving: metadata.deletion_timestamp.is_some(),
        };
        Some((stack, role, view))
    }

    /// Whether it is older news than `other`. Versions of one object can be compared, where they are numbers.
    pub fn older_than(&self, other: &Self) -> bool {
        match (self.version.parse::<u64>(), other.version.parse::<u64>()) {
            (Ok(this), Ok(that)) => self.uid == other.uid && this < that,
            _ => false,
        }
    }
}

impl Marks {
    pub fn of(annotations: Option<&BTreeMap<String, String>>) -> Self {
        let find = |key: &str| annotations.and_then(|all| all.get(key)).cloned();
        Self {
            hold_until: find(HOLD_UNTIL),
            paused: find(PAUSED),
            paused_replicas: find(PAUSED_REPLICAS),
            resume_replicas: find(RESUME_REPLICAS),
        }
    }
}

/// By its labels and its name: a copy of a Deployment has the labels too.
fn service(metadata: &ObjectMeta) -> Option<(StackKey, Role)> {
    let label = |key: &str| metadata.labels.as_ref()?.get(key);
    let stack = label("app.kubernetes.io/instance")?;
    let role = Role::find(label("app.kubernetes.io/name")?)?;
    let named = metadata.name.as_deref()? == workload(stack, role);
    named.then(|| (StackKey::new(metadata.namespace.clone().unwrap_or_default(), stack), role))
}

/// What the Deployment of a service is called.
pub fn workload(stack: &str, role: Role) -> String {
    format!("{stack}-{role}")
}

/// Of several owners the one that is not us: they agree on the number, and it was that one's idea.
fn hand(metadata: &ObjectMeta) -> Option<String> {
    let entries = metadata.managed_fields.as_deref().unwrap_or_default();
    let owns = |entry: &&k8s_openapi::apimachinery::pkg::apis::meta::v1::ManagedFieldsEntry| {
        entry.fields_v1.as_ref().is_some_and(|fields| !fields.0["f:spec"]["f:replicas"].is_null())
    };
    let managers = || entries.iter().filter(owns).filter_map(|entry| entry.manager.as_deref());
    managers().find(|manager| !is_ours(manager)).or_else(|| managers().next()).map(str::to_owned)
}

pub fn is_ours(manager: &str) -> bool {
    [SCALER, INITIAL_SCALE, MANAGER].contains(&manager)
}

/// Autoscalers write too, but no person's will is in it.
pub fn is_autoscaler(manager: &str) -> bool {
    ["kube-controller-manager", "keda-operator"].contains(&manager)
}

fn count(number: i32) -> u32 {
    u32::try_from(number).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn seen(change: impl FnOnce(&mut Value)) -> Option<(StackKey, Role, View)> {
        let mut deployment = json!({
            "metadata": {
                "name": "shop-orders", "namespace": "shops", "uid": "u1", "resourceVersion": "7",
                "labels": {"app.kubernetes.io/instance": "shop", "app.kubernetes.io/name": "orders"},
                "ownerReferences": [
                    {"apiVersion": "a/v1", "kind": "EcommerceStack", "name": "shop", "uid": "s1", "controller": true},
                ],
            },
            "spec": {"replicas": 3, "template": {"spec": {"containers": [{}]}}},
            "status": {"availableReplicas": 2},
        });
        change(&mut deployment);
        View::of(&serde_json::from_value(deployment).unwrap())
    }

    fn owned_by(managers: &[&str]) -> Option<String> {
        let entries: Vec<Value> = managers
            .iter()
            .map(|manager| json!({"manager": manager, "fieldsV1": {"f:spec": {"f:replicas": {}}}}))
            .collect();
        seen(|deployment| deployment["metadata"]["managedFields"] = json!(entries)).unwrap().2.hand
    }

    #[test]
    fn a_service_is_known_by_its_labels_and_its_name() {
        let (stack, role, view) = seen(|_| ()).unwrap();
        assert_eq!((stack, role), (StackKey::new("shops", "shop"), Role::Orders));
        assert_eq!((view.replicas, view.ready, view.stack_uid.as_str()), (3, 2, "s1"));
        assert!(seen(|copy| copy["metadata"]["name"] = json!("copy-of-shop-orders")).is_none());
        assert!(seen(|other| other["metadata"]["ownerReferences"] = json!([])).is_none());
    }

    #[test]
    fn of_two_that_agree_on_the_number_it_was_the_other_one() {
        assert_eq!(owned_by(&[]), None);
        assert_eq!(owned_by(&[SCALER]).as_deref(), Some(SCALER));
        assert_eq!(owned_by(&[INITIAL_SCALE, "kubectl"]).as_deref(), Some("kubectl"));
    }

    #[test]
    fn old_news_are_told_from_new() {
        let (new, old) = (
            View { version: "10".into(), ..View::default() },
            View { version: "9".into(), ..View::default() },
        );
        assert!(old.older_than(&new) && !new.older_than(&old));
        assert!(!old.older_than(&View { uid: "another".into(), ..new }));
    }
}
