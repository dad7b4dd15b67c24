//! The tests' API server permits what the roles permit, so whatever the operator does in any test, it may do. Here is the
//! other half: what the roles permit, something does.

use std::collections::BTreeSet;
use std::time::Duration;

use k8s_openapi::api::core::v1::ObjectReference;
use k8s_openapi::api::rbac::v1::PolicyRule;
use kube::runtime::events::{Event, EventType};
use operator_desired::{Manifest, Offers};
use serde_json::json;

use super::running::Running;
use crate::fake_api::{FakeApi, Permit};
use crate::health::Health;
use crate::lease::{Elector, Place, Reign, Timing};
use crate::rbac::rules;
use crate::stack_key::StackKey;

/// Permitted, and used by nobody here.
const FOR_OTHERS: [(&str, &str, &str); 1] = [
    // The admission plugin OwnerReferencesPermissionEnforcement asks for it when an owner is named.
    ("ecommercestack.dev", "ecommercestacks/finalizers", "update"),
];

#[tokio::test]
async fn every_rule_is_needed() {
    let running = Running::of("").await;
    let optional = Manifest::KINDS.iter().filter(|kind| kind.optional);
    optional.for_each(|kind| running.api.install(kind));
    running.create("shops", "shop", json!({}));
    let script = async {
        running.ready("shops", "shop").await;
        one_object_of_each_kind(&running).await;
        what_else_there_is_to_write(&running).await;
        running.api.until("every kind is watched", all_are_watched).await;
    };
    running.during(script).await;
    lead(&running.api).await;

    let granted: BTreeSet<Permit> =
        [rules().lease, rules().stacks].concat().iter().flat_map(permits_of).collect();
    let used = running.api.used();
    let idle: Vec<(&str, &str, &str)> = granted
        .difference(&used)
        .map(|permit| (permit.group.as_str(), permit.resource.as_str(), permit.verb.as_str()))
        .collect();
    assert_eq!(idle, FOR_OTHERS);
}

/// By the requests that passes make, which are the same for all kinds; the stack above is made of some of them only.
async fn one_object_of_each_kind(running: &Running) {
    let cluster = &running.context.tools.cluster;
    for kind in Manifest::KINDS {
        let object = json!({
            "apiVersion": kind.api_version(), "kind": kind.kind,
            "metadata": {"name": "probe", "namespace": "shops", "labels": {
                "app.kubernetes.io/instance": "probe", "app.kubernetes.io/managed-by": "ecommerce-operator",
            }},
        });
        cluster.apply(kind, "shops", &object).await.unwrap();
        assert!(cluster.get(kind, "shops", "probe").await.unwrap().is_some());
    }
    let live = cluster.children(&StackKey::new("shops", "probe"), Offers::all()).await.unwrap();
    assert_eq!(live.iter().count(), Manifest::KINDS.len());
    for object in live.iter().filter(|object| object.kind.pruned) {
        cluster.delete("shops", object).await.unwrap();
    }
}

async fn what_else_there_is_to_write(running: &Running) {
    let tools = &running.context.tools;
    let shop = StackKey::new("shops", "shop");
    tools.cluster.pods(&shop).await.unwrap();
    tools.cluster.replica_sets(&shop).await.unwrap();
    // There is none of this name, which is as good.
    tools.cluster.delete_pod("shops", "shop-rabbitmq-0", "1").await.unwrap();
    tools.cluster.scale("shops", "shop-orders", (1, ""), 2).await.unwrap();
    let event = Event {
        type_: EventType::Normal,
        reason: "R".to_owned(),
        note: None,
        action: "A".to_owned(),
        secondary: None,
    };
    let (namespace, name) = (Some("shops".to_owned()), Some("shop".to_owned()));
    let about = ObjectReference { namespace, name, ..ObjectReference::default() };
    // The second one is a repetition of the first.
    for _ in 0..2 {
        tools.recorder.publish(&event, &about).await.unwrap();
    }
}

fn all_are_watched(api: &FakeApi) -> bool {
    let used = api.used();
    let watched = |group: &str, resource: &str| {
        used.iter().any(|one| {
            (one.group.as_str(), one.resource.as_str(), one.verb.as_str()) == (group, resource, "watch")
        })
    };
    Manifest::KINDS.iter().all(|kind| watched(kind.group, kind.plural))
}

async fn lead(api: &FakeApi) {
    let place = Place { server: api.url(), namespace: "system".to_owned() };
    let timing = Timing { renew_every: Duration::from_millis(10), ..Timing::default() };
    let mut elector =
        Elector::new(api.client(), place, "me".to_owned(), timing, Health::default(), Reign::default());
    elector.acquire().await;
    tokio::time::timeout(Duration::from_millis(200), elector.hold()).await.unwrap_err();
}

fn permits_of(rule: &PolicyRule) -> Vec<Permit> {
    let (groups, resources) = (rule.api_groups.iter().flatten(), rule.resources.iter().flatten());
    let pairs = groups.flat_map(|group| resources.clone().map(move |resource| (group, resource)));
    pairs
        .flat_map(|(group, resource)| {
            rule.verbs.iter().map(|verb| Permit {
                group: group.clone(),
                resource: resource.clone(),
                verb: verb.clone(),
            })
        })
        .collect()
}
