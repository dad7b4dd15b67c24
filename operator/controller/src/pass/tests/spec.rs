use serde_json::json;

use super::world::{World, path};
use crate::pass::Ending;
use crate::status::Prospect;

#[tokio::test]
async fn a_spec_that_makes_no_sense_is_named_by_its_path_and_the_shop_runs_on() {
    let world = World::settled(json!({})).await;
    world.change_spec(|spec| spec["services"] = json!({"gateway": {"enabled": false}}));

    assert_eq!(world.changes_of_a_pass().await, [""; 0]);

    let degraded = world.condition("Degraded");
    assert_eq!(degraded["reason"], "InvalidSpec");
    assert!(degraded["message"].as_str().unwrap().contains("spec.services.gateway.enabled"), "{degraded}");
    assert_eq!(world.condition("Ready")["reason"], "InvalidSpec");
    assert_eq!(world.condition("DatabaseReady")["status"], "True", "what runs is still reported");
    assert_eq!(world.condition("MigrationsApplied")["status"], "True");
    assert_eq!(world.status().services_ready.unwrap(), "8/8");

    world.change_spec(|spec| spec["services"] = json!({}));
    world.pass().await;
    assert_eq!(world.condition("Ready")["status"], "True");
}

#[tokio::test]
async fn a_spec_that_can_not_be_read_is_degraded_and_not_a_crash() {
    let world = World::settled(json!({})).await;
    world.change_spec(|spec| spec["services"] = json!("all of them"));
    assert_eq!(world.pass().await, Ending::Seen(Prospect::Stuck));
    assert_eq!(world.condition("Degraded")["reason"], "InvalidSpec");
}

#[tokio::test]
async fn a_missing_secret_is_named_with_the_command_that_makes_it_and_the_rest_works() {
    let world =
        World::with(json!({"exposure": {"hosts": ["shop.example.com"], "tls": {"secretName": "shop-tls"}}}))
            .await;
    for _ in 0..5 {
        world.pass().await;
        world.controllers_catch_up();
    }
    world.pass().await;

    let degraded = world.condition("Degraded");
    assert_eq!(degraded["reason"], "MissingReference");
    let message = degraded["message"].as_str().unwrap();
    assert!(message.contains("spec.exposure.tls.secretName names Secret shop-tls"), "{message}");
    assert!(
        message.contains("kubectl -n shops create secret tls shop-tls --cert=tls.crt --key=tls.key"),
        "{message}"
    );
    assert_eq!(world.condition("Ready")["reason"], "MissingReference");
    assert_eq!(world.status().services_ready.unwrap(), "8/8");

    world.api.put(&path("secrets", "shop-tls"), json!({"metadata": {"name": "shop-tls"}}));
    world.pass().await;
    assert_eq!(world.condition("Degraded")["reason"], "AsExpected");
    assert_eq!(world.condition("Ready")["status"], "True");
    assert_eq!(world.stack()["status"]["endpoints"]["url"], "https://shop.example.com");
}

#[tokio::test]
async fn a_paused_stack_is_watched_and_not_touched() {
    let world = World::settled(json!({})).await;
    world.change_spec(|spec| spec["operation"] = json!({"paused": true}));
    world.api.delete(&path("services", "shop-gateway"));
    world.api.edit(&path("deployments", "shop-orders"), super::world::pods_down);

    let writes = world.writes_of_a_pass().await;
    assert!(writes.iter().all(|asked| asked.short() == "PATCH ecommercestacks/shop/status"), "{writes:?}");
    assert_eq!(world.condition("Progressing")["reason"], "Paused");
    assert_eq!(world.status().services_ready.unwrap(), "7/8");

    world.change_spec(|spec| spec["operation"] = json!({"paused": false}));
    world.pass().await;
    assert!(world.api.get(&path("services", "shop-gateway")).is_some());
}

#[tokio::test]
async fn a_stack_that_begins_paused_gets_nothing_made() {
    let world = World::with(json!({"operation": {"paused": true}})).await;
    assert_eq!(world.changes_of_a_pass().await, [""; 0]);
    assert_eq!(world.condition("Progressing")["reason"], "Paused");
    assert_eq!(world.condition("Ready")["status"], "False");
}
