use serde_json::json;

use super::world::{World, path};
use crate::cluster::SCALER;

#[tokio::test]
async fn a_manual_scale_sticks() {
    let world = World::settled(json!({"services": {"orders": {"scaling": {"replicas": 2}}}})).await;
    world
        .api
        .edit(&path("deployments", "shop-orders"), |deployment| deployment["spec"]["replicas"] = json!(5));
    world.controllers_catch_up();

    assert_eq!(world.changes_of_a_pass().await, [""; 0]);

    let row = world.status().services.into_iter().find(|row| row.name == "orders").unwrap();
    assert_eq!((row.desired, row.ready, row.applied_replicas), (5, 5, Some(2)));
}

#[tokio::test]
async fn a_changed_spec_is_written_once_through_the_scale_subresource() {
    let world = World::settled(json!({})).await;
    world.change_spec(|spec| spec["services"] = json!({"orders": {"scaling": {"replicas": 3}}}));

    let writes = world.writes_of_a_pass().await;
    let scale = writes.iter().find(|asked| asked.path.ends_with("/scale")).unwrap();
    assert_eq!(scale.short(), "PATCH deployments/shop-orders/scale");
    assert_eq!((scale.manager(), &scale.body), (Some(SCALER), &json!({"spec": {"replicas": 3}})));
    assert_eq!(world.condition("Ready")["status"], "False", "the new pods are not there yet");

    world.controllers_catch_up();
    world
        .api
        .edit(&path("deployments", "shop-orders"), |deployment| deployment["spec"]["replicas"] = json!(1));
    world.controllers_catch_up();
    assert_eq!(world.changes_of_a_pass().await, [""; 0], "and a manual scale sticks again");
}
