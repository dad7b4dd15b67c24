//! HPAs and ScaledObjects of the whole cluster, as far as they scale Deployments: two writers of one number would fight.

use std::borrow::Cow;
use std::collections::HashMap;

use k8s_openapi::NamespaceResourceScope;
use k8s_openapi::api::autoscaling::v2::HorizontalPodAutoscaler;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use kube::Resource;
use serde::Deserialize;

/// An HPA without what it measures.
#[derive(Clone, Debug, Deserialize, kube::Resource)]
#[resource(inherit = "HorizontalPodAutoscaler")]
pub struct SlimHpa {
    metadata: ObjectMeta,
    #[serde(default)]
    spec: Spec,
}

/// KEDA's, without what it measures.
#[derive(Clone, Debug, Deserialize)]
pub struct SlimScaledObject {
    metadata: ObjectMeta,
    #[serde(default)]
    spec: Spec,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Spec {
    scale_target_ref: Target,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Target {
    /// KEDA's may leave it out.
    kind: Option<String>,
    name: String,
}

/// Which object.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Name {
    pub kind: &'static str,
    pub namespace: String,
    pub name: String,
}

/// One that scales a Deployment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rival {
    /// The Deployment, of the same namespace.
    pub target: String,
    /// Kind and uid of what controls it.
    pub owner: Option<(String, String)>,
}

/// Who scales a Deployment besides us.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rivalry {
    /// Somebody else: `HPA catalog`.
    Foreign(String),
    /// An HPA or ScaledObject of the stack, or what KEDA made of the latter.
    Ours(String),
}

/// An object of either kind as a rival; `None`: it scales no Deployment.
pub trait Competes: Resource<DynamicType = ()> {
    const KIND: &'static str;

    fn spec(&self) -> &Spec;

    fn name_in(&self) -> Name {
        let meta = self.meta();
        Name {
            kind: Self::KIND,
            namespace: meta.namespace.clone().unwrap_or_default(),
            name: meta.name.clone().unwrap_or_default(),
        }
    }

    fn rival(&self) -> Option<Rival> {
        let target = &self.spec().scale_target_ref;
        let owners = self.meta().owner_references.as_deref().unwrap_or_default();
        let owner = owners.iter().find(|owner| owner.controller == Some(true)).or_else(|| owners.first());
        target.kind.as_ref().is_none_or(|kind| kind == "Deployment").then(|| Rival {
            target: target.name.clone(),
            owner: owner.map(|owner| (owner.kind.clone(), owner.uid.clone())),
        })
    }
}

impl Competes for SlimHpa {
    const KIND: &'static str = "HPA";

    fn spec(&self) -> &Spec {
        &self.spec
    }
}

impl Competes for SlimScaledObject {
    const KIND: &'static str = "ScaledObject";

    fn spec(&self) -> &Spec {
        &self.spec
    }
}

impl Resource for SlimScaledObject {
    type DynamicType = ();
    type Scope = NamespaceResourceScope;

    fn kind((): &()) -> Cow<'_, str> {
        "ScaledObject".into()
    }

    fn group((): &()) -> Cow<'_, str> {
        "keda.sh".into()
    }

    fn version((): &()) -> Cow<'_, str> {
        "v1alpha1".into()
    }

    fn plural((): &()) -> Cow<'_, str> {
        "scaledobjects".into()
    }

    fn meta(&self) -> &ObjectMeta {
        &self.metadata
    }

    fn meta_mut(&mut self) -> &mut ObjectMeta {
        &mut self.metadata
    }
}

#[derive(Default)]
pub struct Rivals {
    /// By namespace and target.
    targets: HashMap<(String, String), Vec<(Name, Rival)>>,
    known: HashMap<Name, Rival>,
}

impl Rivals {
    /// True: something has changed.
    pub fn put(&mut self, name: Name, rival: Option<Rival>) -> bool {
        if self.known.get(&name) == rival.as_ref() {
            return false;
        }
        self.remove(&name);
        if let Some(rival) = rival {
            let target = (name.namespace.clone(), rival.target.clone());
            self.targets.entry(target).or_default().push((name.clone(), rival.clone()));
            self.known.insert(name, rival);
        }
        true
    }

    pub fn remove(&mut self, name: &Name) -> bool {
        let Some(rival) = self.known.remove(name) else { return false };
        let target = (name.namespace.clone(), rival.target);
        if let Some(all) = self.targets.get_mut(&target) {
            all.retain(|(known, _)| known != name);
            if all.is_empty() {
                self.targets.remove(&target);
            }
        }
        true
    }

    pub fn names(&self, kind: &str) -> Vec<Name> {
        self.known.keys().filter(|name| name.kind == kind).cloned().collect()
    }

    /// Who scales this Deployment of the stack with `uid`.
    pub fn of(&self, namespace: &str, deployment: &str, uid: &str) -> Option<Rivalry> {
        let all = self.targets.get(&(namespace.to_owned(), deployment.to_owned()))?;
        let foreign = |(name, rival): &&(Name, Rival)| match &rival.owner {
            Some((_, owner)) if owner == uid => false,
            // KEDA's own HPA is as foreign as the ScaledObject that it belongs to, which is in here itself.
            Some((kind, _)) => !(name.kind == SlimHpa::KIND && kind == SlimScaledObject::KIND),
            None => true,
        };
        let said = |(name, _): &(Name, Rival)| format!("{} {}", name.kind, name.name);
        match all.iter().find(foreign) {
            Some(rival) => Some(Rivalry::Foreign(said(rival))),
            None => all.first().map(|rival| Rivalry::Ours(said(rival))),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn hpa(name: &str, owner: Value) -> SlimHpa {
        serde_json::from_value(json!({
            "metadata": {"name": name, "namespace": "shops", "ownerReferences": owner},
            "spec": {"scaleTargetRef": {"kind": "Deployment", "name": "shop-orders"}, "maxReplicas": 5},
        }))
        .unwrap()
    }

    fn scaled_object(owner: Value) -> SlimScaledObject {
        serde_json::from_value(json!({
            "metadata": {"name": "orders", "namespace": "shops", "ownerReferences": owner},
            "spec": {"scaleTargetRef": {"name": "shop-orders"}, "triggers": []},
        }))
        .unwrap()
    }

    fn owner(kind: &str, uid: &str) -> Value {
        json!([{"apiVersion": "a/v1", "kind": kind, "name": "n", "uid": uid, "controller": true}])
    }

    fn of(rivals: &Rivals) -> Option<Rivalry> {
        rivals.of("shops", "shop-orders", "s1")
    }

    fn put(rivals: &mut Rivals, object: &impl Competes) -> bool {
        rivals.put(object.name_in(), object.rival())
    }

    #[test]
    fn an_hpa_without_our_stack_as_its_owner_is_foreign_until_it_is_gone() {
        let mut rivals = Rivals::default();
        let ours = hpa("shop-orders", owner("EcommerceStack", "s1"));
        assert!(put(&mut rivals, &ours) && !put(&mut rivals, &ours));
        assert_eq!(of(&rivals), Some(Rivalry::Ours("HPA shop-orders".to_owned())));

        let theirs = hpa("theirs", json!([]));
        put(&mut rivals, &theirs);
        assert_eq!(of(&rivals), Some(Rivalry::Foreign("HPA theirs".to_owned())));
        assert_eq!(rivals.of("other", "shop-orders", "s1"), None);

        assert!(rivals.remove(&theirs.name_in()) && rivals.remove(&ours.name_in()));
        assert_eq!((of(&rivals), rivals.names("HPA").len()), (None, 0));
    }

    #[test]
    fn what_keda_makes_of_a_scaled_object_belongs_to_whom_that_belongs() {
        let mut rivals = Rivals::default();
        put(&mut rivals, &hpa("keda-hpa-orders", owner("ScaledObject", "k1")));
        assert!(matches!(of(&rivals), Some(Rivalry::Ours(_))));
        put(&mut rivals, &scaled_object(owner("EcommerceStack", "s1")));
        assert!(matches!(of(&rivals), Some(Rivalry::Ours(_))));
        put(&mut rivals, &scaled_object(json!([])));
        assert_eq!(of(&rivals), Some(Rivalry::Foreign("ScaledObject orders".to_owned())));
    }

    #[test]
    fn what_scales_something_else_is_no_rival() {
        let mut rivals = Rivals::default();
        let mut set = hpa("x", json!([]));
        set.spec.scale_target_ref.kind = Some("StatefulSet".to_owned());
        assert!(!put(&mut rivals, &set));
        assert_eq!(of(&rivals), None);
    }
}
