use serde_json::json;

use super::world::{STACK, World, path};
use crate::fake_api::refusal;
use crate::pass::Ending;
use crate::status::Prospect;

#[tokio::test]
async fn a_conflict_on_the_status_fails_the_pass_and_the_next_one_writes_it() {
    let world = World::settled(json!({})).await;
    let mut once = false;
    world.api.fault(move |asked, _| {
        let hit = asked.path.ends_with("/status") && !once;
        once |= hit;
        hit.then(|| refusal(409, "Conflict"))
    });
    world.api.edit(&path("deployments", "shop-orders"), super::world::pods_down);

    assert!(world.try_pass().await.is_err());
    assert_eq!(world.status().services_ready.unwrap(), "8/8");
    world.pass().await;
    assert_eq!(world.status().services_ready.unwrap(), "7/8");
}

#[tokio::test]
async fn the_status_of_a_stack_that_was_made_anew_meanwhile_is_not_written() {
    let world = World::with(json!({})).await;
    world.api.fault(|asked, store| {
        if asked.path.ends_with("/status") {
            store.edit(STACK, |stack| stack["metadata"]["uid"] = json!("another"));
        }
        None
    });
    assert!(world.try_pass().await.is_err());
    assert!(world.stack()["status"].is_null());
}

#[tokio::test]
async fn a_refused_object_is_reported_and_the_others_are_made() {
    let world = World::with(json!({})).await;
    world.api.fault(|asked, _| {
        asked
            .path
            .contains("/configmaps/shop-postgres")
            .then(|| refusal(422, "Invalid"))
            .filter(|_| asked.writes())
    });

    assert_eq!(world.pass().await, Ending::Seen(Prospect::Refused));

    let message = world.condition("Degraded")["message"].as_str().unwrap().to_owned();
    assert_eq!(message, "ConfigMap shop-postgres: the API server says Invalid (422 Invalid)");
    assert!(world.api.get(&path("configmaps", "shop-rabbitmq")).is_some(), "of the same wave");
    assert!(world.api.get(&path("statefulsets", "shop-postgres")).is_none(), "of the next wave");
}

#[tokio::test]
async fn an_overloaded_api_server_fails_the_pass_without_blaming_the_stack() {
    let world = World::settled(json!({})).await;
    world.api.delete(&path("services", "shop-gateway"));
    world.api.fault(|asked, _| asked.writes().then(|| refusal(429, "TooManyRequests")));
    assert!(world.try_pass().await.is_err());
    assert_eq!(world.condition("Degraded")["status"], "False");
}

#[tokio::test]
async fn events_tell_of_transitions_once() {
    let world = World::settled(json!({})).await;
    let events = || -> Vec<String> {
        let writes = world.api.writes();
        let events = writes.iter().filter(|asked| asked.path.contains("events.k8s.io"));
        events
            .map(|asked| {
                format!("{} {}", asked.body["type"].as_str().unwrap(), asked.body["note"].as_str().unwrap())
            })
            .collect()
    };
    world.change_spec(|spec| spec["services"] = json!({"gateway": {"enabled": false}}));
    world.pass().await;
    let told = events();
    assert!(
        told.iter().any(|event| event.starts_with("Warning Degraded=True: spec.services.gateway")),
        "{told:?}"
    );
    assert!(told.iter().any(|event| event.starts_with("Normal Ready=False")), "{told:?}");

    world.pass().await;
    assert_eq!(events(), [""; 0]);
}

#[tokio::test]
async fn times_of_conditions_move_only_with_their_status() {
    let world = World::settled(json!({})).await;
    let before = world.condition("DatabaseReady");
    world.api.edit(&path("deployments", "shop-orders"), super::world::pods_down);
    world.pass().await;
    assert_eq!(world.condition("DatabaseReady")["lastTransitionTime"], before["lastTransitionTime"]);
}

#[tokio::test]
async fn a_condition_of_another_writer_is_no_reason_to_write() {
    let world = World::settled(json!({})).await;
    world.api.edit(STACK, |stack| {
        stack["status"]["conditions"].as_array_mut().unwrap().insert(0, json!({
            "type": "Blessed", "status": "True", "reason": "R", "message": "", "lastTransitionTime": "2026-01-01T00:00:00Z",
        }));
    });
    world.pass().await;
    assert!(world.api.writes().is_empty());
}

#[tokio::test]
async fn a_conflict_while_an_object_is_written_fails_the_pass_and_the_next_one_writes_it() {
    let world = World::settled(json!({})).await;
    let gateway = path("services", "shop-gateway");
    world.api.edit(&gateway, |service| service["spec"]["selector"] = json!({"app": "other"}));
    let mut once = false;
    world.api.fault(move |asked, _| {
        let hit = asked.writes() && asked.path.ends_with("/services/shop-gateway") && !once;
        once |= hit;
        hit.then(|| refusal(409, "Conflict"))
    });
    assert!(world.try_pass().await.is_err());
    assert_eq!(world.condition("Ready")["status"], "True", "nothing is known to be wrong");
    world.pass().await;
    assert_ne!(world.api.get(&gateway).unwrap()["spec"]["selector"], json!({"app": "other"}));
}

/// Every write to an object whose path contains `part` ends so.
fn answered(world: &World, part: &'static str, code: u16, reason: &'static str, message: &'static str) {
    world.api.fault(move |asked, _| {
        let hit = asked.writes() && asked.path.contains(part) && !asked.path.contains("ecommercestacks");
        hit.then(|| {
            let (code, mut body) = refusal(code, reason);
            body["message"] = json!(message);
            (code, body)
        })
    });
}

#[tokio::test]
async fn a_webhook_that_refuses_or_fails_is_named_and_the_rest_is_made() {
    for (code, reason, message) in [
        (400, "BadRequest", r#"admission webhook "policy.example.com" denied the request: no"#),
        (500, "InternalError", r#"failed calling webhook "policy.example.com": connection refused"#),
    ] {
        let world = World::with(json!({})).await;
        answered(&world, "/configmaps/shop-postgres", code, reason, message);
        assert_eq!(world.pass().await, Ending::Seen(Prospect::Refused));
        let degraded = world.condition("Degraded");
        assert_eq!(degraded["reason"], "ApplyFailed");
        assert!(degraded["message"].as_str().unwrap().contains("policy.example.com"), "{degraded}");
        assert!(world.api.get(&path("configmaps", "shop-rabbitmq")).is_some(), "of the same wave");

        world.api.mend();
        world.settle().await;
        assert_eq!(world.condition("Degraded")["reason"], "AsExpected");
    }
}

#[tokio::test]
async fn a_server_that_can_only_be_made_anew_is_told_with_what_to_do_before() {
    let world = World::settled(json!({})).await;
    let immutable = "updates to statefulset spec for fields other than 'replicas' are forbidden";
    answered(&world, "/statefulsets/shop-rabbitmq", 422, "Invalid", immutable);
    let set = path("statefulsets", "shop-rabbitmq");
    world.api.edit(&set, |set| set["spec"]["serviceName"] = json!("as-in-a-release-before"));
    world.pass().await;
    let degraded = world.condition("Degraded");
    assert_eq!(degraded["reason"], "ApplyFailed");
    let anew = "to have it made anew, once nothing that it holds is needed (docs/UPGRADES.md): kubectl -n shops delete statefulset \
                shop-rabbitmq";
    assert!(degraded["message"].as_str().unwrap().ends_with(anew), "{degraded}");
}

#[tokio::test]
async fn a_quota_without_room_is_told_with_the_command_that_shows_it() {
    let world = World::with(json!({})).await;
    answered(
        &world,
        "/persistentvolumeclaims/",
        403,
        "Forbidden",
        "exceeded quota: small, requested: 1, used: 2",
    );
    assert_eq!(world.pass().await, Ending::Seen(Prospect::Refused));
    let degraded = world.condition("Degraded");
    assert_eq!(degraded["reason"], "QuotaExceeded");
    let message = degraded["message"].as_str().unwrap();
    assert!(message.contains("exceeded quota: small"), "{message}");
    assert!(message.ends_with("kubectl -n shops describe resourcequota"), "{message}");
    assert_eq!(world.condition("Ready")["status"], "False");
}

#[tokio::test]
async fn pods_for_which_the_quota_has_no_room_are_told_of_as_well() {
    let world = World::settled(json!({})).await;
    world.api.edit(&path("deployments", "shop-orders"), |deployment| {
        super::world::pods_down(deployment);
        deployment["status"]["conditions"] = json!([{
            "type": "ReplicaFailure", "status": "True",
            "message": "pods \"shop-orders-7-x2\" is forbidden: exceeded quota: small",
        }]);
    });
    world.pass().await;
    let degraded = world.condition("Degraded");
    assert_eq!(degraded["reason"], "QuotaExceeded");
    let message = degraded["message"].as_str().unwrap();
    assert!(
        message.starts_with("shop-orders gets no pods: a pod is forbidden: exceeded quota: small"),
        "{message}"
    );
}

#[tokio::test]
async fn a_namespace_that_is_going_takes_nothing_new_and_the_stack_says_so() {
    let world = World::settled(json!({})).await;
    world.api.delete(&path("services", "shop-gateway"));
    let going = "unable to create new content in namespace shops because it is being terminated";
    answered(&world, "/services/shop-gateway", 403, "Forbidden", going);
    assert_eq!(world.pass().await, Ending::Seen(Prospect::Refused));
    assert!(world.condition("Degraded")["message"].as_str().unwrap().contains("is being terminated"));
}

#[tokio::test]
async fn a_child_that_makes_no_sense_is_repaired_or_counts_as_down() {
    let world = World::settled(json!({})).await;
    world.api.edit(&path("deployments", "shop-orders"), |deployment| {
        deployment["status"] = json!({"readyReplicas": "many", "conditions": 7});
    });
    world.api.edit(&path("services", "shop-gateway"), |service| {
        service["spec"] = json!("nonsense");
        service["metadata"]["ownerReferences"] = json!("nobody");
    });
    world.pass().await;
    assert_eq!(world.condition("Ready")["status"], "False");
    assert_eq!(world.status().services_ready.unwrap(), "7/8");
    assert!(world.api.get(&path("services", "shop-gateway")).unwrap()["spec"]["ports"].is_array());
}

#[tokio::test]
async fn a_child_that_something_keeps_from_going_is_waited_for_and_not_written_to() {
    let world = World::settled(json!({})).await;
    let gateway = path("services", "shop-gateway");
    world.api.edit(&gateway, |service| {
        service["metadata"]["deletionTimestamp"] = json!("2026-01-01T00:00:00Z");
        service["metadata"]["finalizers"] = json!(["somebody.example.com/else"]);
    });
    assert_eq!(world.changes_of_a_pass().await, [""; 0]);
    world.api.delete(&gateway);
    world.pass().await;
    assert!(world.api.get(&gateway).unwrap()["metadata"]["deletionTimestamp"].is_null());
}
