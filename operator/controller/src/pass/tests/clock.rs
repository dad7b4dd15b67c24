//! Somebody sets the clock of the node, by hand or because it was wrong.

use serde_json::json;

use super::world::{World, path};

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

#[tokio::test]
async fn a_steady_stack_does_not_care_what_time_it_is() {
    let world = World::settled(json!({})).await;
    for step in [-DAY, HOUR, -400 * DAY, 399 * DAY] {
        world.set_clock_by(step);
        assert_eq!(world.changes_of_a_pass().await, [""; 0], "{step}");
        assert_eq!(world.condition("Ready")["status"], "True", "{step}");
    }
}

#[tokio::test]
async fn a_release_goes_on_whatever_the_clock_says() {
    let world = World::settled(json!({"version": "0.1.0"})).await;
    world.change_spec(|spec| spec["version"] = json!("0.2.0"));
    for step in [-DAY, 2 * DAY, -HOUR, HOUR, HOUR] {
        world.pass().await;
        world.controllers_catch_up();
        world.set_clock_by(step);
    }
    world.settle().await;
    assert_eq!((world.image("users"), world.image("gateway")), ("shop:0.2.0".into(), "shop:0.2.0".into()));
    assert_eq!(world.condition("Degraded")["reason"], "AsExpected");
}

#[tokio::test]
async fn a_pod_that_seems_to_come_from_the_future_is_judged_by_its_restarts() {
    let world = World::settled(json!({"version": "0.1.0", "operation": {"autoRollback": false}})).await;
    world.change_spec(|spec| spec["version"] = json!("0.2.0"));
    for _ in 0..3 {
        world.pass().await;
        world.controllers_catch_up();
    }
    world.pass().await;
    world.set_clock_by(-DAY);
    world.crash("gateway");
    let restarts = |count: i64| {
        world.api.edit_all("/pods/", |pod| {
            pod["status"]["containerStatuses"][0]["restartCount"] = json!(count);
        });
    };
    restarts(1);
    world.pass().await;
    assert_eq!(world.condition("Degraded")["reason"], "AsExpected", "it has its chance");
    restarts(3);
    world.pass().await;
    assert_eq!(world.condition("Degraded")["reason"], "RolloutFailed");
}

#[tokio::test]
async fn a_clock_that_was_ahead_for_a_while_leaves_no_trace() {
    let world = World::settled(json!({"database": {"embedded": {"backup": {}}}})).await;
    world.api.edit(&path("cronjobs", "shop-backup"), |job| {
        job["status"]["lastSuccessfulTime"] = json!("2026-11-22T03:00:05Z");
    });
    world.pass().await;
    assert_eq!(world.condition("BackedUp")["reason"], "Succeeded");
    world.set_clock_by(5 * DAY);
    world.pass().await;
    assert_eq!(world.condition("BackedUp")["reason"], "Overdue");
    world.set_clock_by(-5 * DAY);
    world.pass().await;
    assert_eq!(world.condition("BackedUp")["reason"], "Succeeded");
    assert_eq!(world.changes_of_a_pass().await, [""; 0]);
}
