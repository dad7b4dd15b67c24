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
