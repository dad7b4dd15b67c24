//! A stack's children as the API server has them.

mod item;

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use operator_api::MANAGER;
use operator_desired::Kind;
use serde_json::Value;

use self::item::Manager;
pub use self::item::{Item, Items};

/// Says which version of our wish an object was last applied with.
pub const APPLIED: &str = "ecommercestack.dev/applied";
/// On a Deployment: the form of it whose pods did not come up, and why. To remove it is to try that once more.
pub const FAILED: &str = "ecommercestack.dev/failed";
/// Wrote `spec.replicas` of Deployments when it created them, and should own nothing else.
pub const INITIAL_SCALE: &str = "ecommerce-operator-initial-scale";

/// One object, without `managedFields`.
#[derive(Clone, Debug)]
pub struct LiveObject {
    pub kind: &'static Kind,
    pub value: Value,
    /// We have applied it: what we stop wanting will go.
    pub owned: bool,
    /// The manager of the first scale still owns more than the replicas.
    pub overowned: bool,
}

/// The controller in an object's ownerReferences.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner<'a> {
    pub kind: &'a str,
    pub name: &'a str,
    pub uid: &'a str,
}

impl LiveObject {
    pub fn new(kind: &'static Kind, item: Item) -> Self {
        let Item { mut value, managers } = item;
        // The items of a list do not say what they are.
        value["apiVersion"] = kind.api_version().into();
        value["kind"] = kind.kind.into();
        Self { kind, value, owned: managers.iter().any(owns), overowned: managers.iter().any(overowns) }
    }

    #[cfg(test)]
    pub fn of(kind: &'static Kind, value: Value) -> Self {
        Self::new(kind, serde_json::from_value(value).unwrap())
    }

    pub fn name(&self) -> &str {
        self.meta("name")
    }

    pub fn uid(&self) -> &str {
        self.meta("uid")
    }

    /// The stack that it says it is of.
    pub fn instance(&self) -> Option<&str> {
        self.value["metadata"]["labels"]["app.kubernetes.io/instance"].as_str()
    }

    pub fn terminating(&self) -> bool {
        self.value["metadata"]["deletionTimestamp"].is_string()
    }

    pub fn applied_hash(&self) -> Option<&str> {
        self.value["metadata"]["annotations"][APPLIED].as_str()
    }

    /// Of a Secret.
    pub fn data(&self) -> BTreeMap<String, Vec<u8>> {
        let decoded = |value: &Value| STANDARD.decode(value.as_str()?).ok();
        let fields = self.value["data"].as_object();
        fields.into_iter().flatten().filter_map(|(key, value)| Some((key.clone(), decoded(value)?))).collect()
    }

    pub fn controller(&self) -> Option<Owner<'_>> {
        let owners = self.value["metadata"]["ownerReferences"].as_array()?;
        let owner = owners.iter().find(|owner| owner["controller"] == true)?;
        let text = |key: &str| owner[key].as_str().unwrap_or_default();
        Some(Owner { kind: text("kind"), name: text("name"), uid: text("uid") })
    }

    fn meta(&self, key: &str) -> &str {
        self.value["metadata"][key].as_str().unwrap_or_default()
    }
}

fn owns(manager: &Manager) -> bool {
    manager.name == MANAGER && manager.operation == "Apply"
}

/// Whether it is [`INITIAL_SCALE`] and holds any field beside `spec.replicas`.
fn overowns(manager: &Manager) -> bool {
    let beside = |field: &str, only: &str| field != only && field != ".";
    manager.name == INITIAL_SCALE
        && manager.fields.iter().any(|(field, inner)| {
            beside(field, "f:spec") || inner.keys().any(|inner| beside(inner, "f:replicas"))
        })
}

/// All children of a stack, by kind and name.
#[derive(Clone, Debug, Default)]
pub struct Live(BTreeMap<(&'static str, String), LiveObject>);

impl Live {
    pub fn insert(&mut self, object: LiveObject) {
        self.0.insert((object.kind.kind, object.name().to_owned()), object);
    }

    pub fn get(&self, kind: &Kind, name: &str) -> Option<&LiveObject> {
        self.0.get(&(kind.kind, name.to_owned()))
    }

    pub fn remove(&mut self, kind: &Kind, name: &str) {
        self.0.remove(&(kind.kind, name.to_owned()));
    }

    pub fn iter(&self) -> impl Iterator<Item = &LiveObject> {
        self.0.values()
    }
}

impl FromIterator<LiveObject> for Live {
    fn from_iter<T: IntoIterator<Item = LiveObject>>(objects: T) -> Self {
        let mut live = Self::default();
        objects.into_iter().for_each(|object| live.insert(object));
        live
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn object(managed: &Value) -> LiveObject {
        let kind = Kind::named("Deployment");
        LiveObject::of(kind, json!({"metadata": {"name": "shop-orders", "managedFields": managed}}))
    }

    #[test]
    fn the_first_scale_may_own_replicas_and_nothing_else() {
        let entry =
            |fields: Value| json!([{"manager": INITIAL_SCALE, "operation": "Apply", "fieldsV1": fields}]);
        assert!(!object(&entry(json!({"f:spec": {"f:replicas": {}}}))).overowned);
        assert!(object(&entry(json!({"f:spec": {"f:replicas": {}, "f:template": {}}}))).overowned);
        assert!(object(&entry(json!({"f:metadata": {}, "f:spec": {"f:replicas": {}}}))).overowned);
        assert!(!object(&json!([{"manager": "kubectl", "fieldsV1": {"f:metadata": {}}}])).overowned);
    }

    #[test]
    fn what_another_manager_applied_is_not_owned() {
        let by = |manager: &str, operation: &str| {
            object(&json!([{"manager": manager, "operation": operation}])).owned
        };
        assert!(by(MANAGER, "Apply"));
        assert!(!by(MANAGER, "Update"));
        assert!(!by("velero", "Apply"));
    }

    #[test]
    fn managed_fields_are_dropped() {
        assert_eq!(object(&json!([])).value["metadata"], json!({"name": "shop-orders"}));
    }
}
