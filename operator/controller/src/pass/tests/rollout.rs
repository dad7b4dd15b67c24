use serde_json::json;

use super::world::{World, path, pods_down, pods_up};

const LAYERS: [&[&str]; 3] = [
    &["storefront", "users"],
    &["catalog", "inventory", "notifications", "orders", "payments"],
    &["gateway"],
];

/// Of the Deployments that a pass has changed, the services.
async fn changed(world: &World) -> Vec<String> {
    let changes = world.changes_of_a_pass().await;
    let prefix = "PATCH deployments/shop-";
    let mut roles: Vec<String> =
        changes.iter().filter_map(|change| change.strip_prefix(prefix)).map(str::to_owned).collect();
    roles.sort();
    roles
}

/// A stack with a release under way, whose databases are migrated.
async fn migrated(spec: serde_json::Value) -> World {
    let world = World::settled(json!({"version": "0.1.0"})).await;
    world.change_spec(|before| *before = spec);
    world.pass().await;
    world.controllers_catch_up();
    world
}

#[tokio::test]
async fn whoever_is_called_is_changed_before_whoever_calls() {
    let world = migrated(json!({"version": "0.2.0"})).await;
    for layer in LAYERS {
        assert_eq!(changed(&world).await, layer);
        assert_eq!(changed(&world).await, [""; 0], "the next ones wait for their pods");
        assert_eq!(world.condition("Progressing")["reason"], "RollingOut");
        assert_eq!(world.condition("Ready")["status"], "False");
        world.controllers_catch_up();
    }
    assert_eq!(changed(&world).await, [""; 0]);
    assert_eq!(world.condition("Ready")["status"], "True");
    assert_eq!(world.status().version.unwrap().current.unwrap(), "0.2.0");
}

#[tokio::test]
async fn a_process_that_ends_in_the_middle_is_followed_by_one_that_goes_on() {
    let mut world = migrated(json!({"version": "0.2.0"})).await;
    for layer in LAYERS {
        world.restart();
        assert_eq!(changed(&world).await, layer);
        world.restart();
        world.controllers_catch_up();
    }
    world.pass().await;
    assert_eq!(world.condition("Ready")["status"], "True");
}

#[tokio::test]
async fn services_that_do_not_come_up_keep_the_others_as_they_are() {
    let world = migrated(json!({"version": "0.2.0"})).await;
    assert_eq!(changed(&world).await, LAYERS[0]);
    world.api.edit(&path("deployments", "shop-storefront"), pods_up);
    for _ in 0..3 {
        assert_eq!(changed(&world).await, [""; 0], "users has no new pods yet");
    }
    assert_eq!((world.image("users"), world.image("orders")), ("shop:0.2.0".into(), "shop:0.1.0".into()));
}

#[tokio::test]
async fn what_waits_for_its_turn_is_repaired_and_brought_back_as_it_was() {
    let world = migrated(json!({"version": "0.2.0"})).await;
    assert_eq!(changed(&world).await, LAYERS[0]);
    let gateway = path("deployments", "shop-gateway");
    world.api.edit(&gateway, |deployment| {
        deployment["spec"]["template"]["spec"]["containers"][0]["image"] = json!("evil:1");
    });
    world.api.delete(&path("deployments", "shop-orders"));

    world.pass().await;

    assert_eq!((world.image("gateway"), world.image("orders")), ("shop:0.1.0".into(), "shop:0.1.0".into()));
}

#[tokio::test]
async fn the_rollout_tells_its_steps() {
    let world = World::settled(json!({"version": "0.1.0"})).await;
    assert_eq!(world.status().rollout, None);
    world.change_spec(|spec| spec["version"] = json!("0.2.0"));
    world.pass().await;
    let rollout = world.status().rollout.unwrap();
    assert_eq!(
        (rollout.step.as_str(), rollout.from.as_deref(), rollout.to.as_deref()),
        ("Expand", Some("0.1.0"), Some("0.2.0"))
    );
    let versions = world.status().version.unwrap();
    assert_eq!((versions.current.as_deref(), versions.target.as_deref()), (Some("0.1.0"), Some("0.2.0")));

    world.controllers_catch_up();
    world.pass().await;
    assert_eq!(world.status().rollout.unwrap().step, "Services");
    world.settle().await;
    assert_eq!(world.status().rollout, None);
}

#[tokio::test]
async fn an_image_that_says_which_it_is_counts_for_more_than_the_version() {
    let pinned = json!({
        "version": "0.2.0", "defaults": {"image": {"reference": "registry:5000/shop"}},
        "services": {"orders": {"image": "mine:7"}},
    });
    let world = World::settled(pinned).await;
    assert_eq!(
        (world.image("users"), world.image("orders")),
        ("registry:5000/shop:0.2.0".into(), "mine:7".into())
    );
}

#[tokio::test]
async fn what_has_no_pods_does_not_wait_for_a_window() {
    let operation = json!({"maintenanceWindows": [{"start": "02:00", "durationMinutes": 60}]});
    let world = World::settled(json!({"operation": operation})).await;
    world.change_spec(|spec| {
        spec["version"] = json!("0.2.0");
        spec["exposure"] = json!({"hosts": ["shop.example.com"]});
    });
    let changes = world.changes_of_a_pass().await;
    assert_eq!(changes, ["PATCH ingresses/shop-gateway"], "links to the shop are in the pods, and wait");
}

#[tokio::test]
async fn a_database_that_is_away_keeps_a_change_waiting_and_repairs_go_on() {
    let world = World::settled(json!({"version": "0.1.0"})).await;
    world.api.edit(&path("statefulsets", "shop-postgres"), pods_down);
    world.change_spec(|spec| spec["version"] = json!("0.2.0"));
    world.api.edit(&path("deployments", "shop-orders"), |deployment| {
        deployment["spec"]["template"]["spec"]["containers"][0]["image"] = json!("evil:1");
    });
    assert_eq!(world.changes_of_a_pass().await, ["PATCH deployments/shop-orders"]);
    assert_eq!(world.image("orders"), "shop:0.1.0");
}
