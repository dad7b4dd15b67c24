use std::time::Duration;

use serde_json::{Value, json};

use super::planned;
use crate::pass::tests::world::World;

/// What the command says of another spec of the world's stack; it writes nothing.
async fn said(world: &World, spec: Value) -> (String, bool) {
    let mut stack = world.stack();
    stack["spec"] = spec;
    stack["status"] = Value::Null;
    world.api.asked();
    let tools = &world.tools;
    let file = serde_json::from_value(stack).unwrap();
    let said = planned(&tools.cluster, &file, &tools.discovery, &tools.images, &tools.clock).await.unwrap();
    assert!(world.api.writes().is_empty());
    said
}

#[tokio::test]
async fn nothing_is_said_of_a_stack_that_stays_as_it_is() {
    let world = World::settled(json!({"version": "0.1.0"})).await;
    let (text, changes) = said(&world, json!({"version": "0.1.0"})).await;
    assert!(!changes, "{text}");
    assert!(text.starts_with("shops/shop: 0.1.0\n\n0 to create, 0 to change, 0 to delete, "), "{text}");
}

#[tokio::test]
async fn a_new_version_is_told_with_its_migrations_its_restarts_and_its_order() {
    let world = World::settled(json!({"version": "0.1.0"})).await;
    let (text, changes) = said(&world, json!({"version": "0.2.0"})).await;
    assert!(changes);
    for line in [
        "shops/shop: 0.1.0 -> 0.2.0\n",
        "\n+ Job shop-migrate-orders-",
        "\n- Job shop-migrate-orders-",
        "\n~ Deployment shop-orders  (its pods start anew)\n    \
         spec.template.spec.containers.orders.image: shop:0.1.0 -> shop:0.2.0\n",
        "\n1. migrate: shop-migrate-",
        "\n2. roll out: storefront, users\n3. roll out: catalog, inventory, orders, payments, notifications\n4. roll out: gateway\n",
        "6 to create, 8 to change, 6 to delete, ",
    ] {
        assert!(text.contains(line), "{line} in {text}");
    }
}

#[tokio::test]
async fn a_stack_that_is_not_there_yet_is_created_and_no_secret_is_shown() {
    let world = World::with(json!({})).await;
    world.api.delete(crate::pass::tests::world::STACK);
    let stack = json!({
        "apiVersion": "ecommercestack.dev/v1alpha1", "kind": "EcommerceStack",
        "metadata": {"name": "shop", "namespace": "shops"}, "spec": {},
    });
    let tools = &world.tools;
    let file = serde_json::from_value(stack).unwrap();
    let (text, _) =
        planned(&tools.cluster, &file, &tools.discovery, &tools.images, &tools.clock).await.unwrap();
    assert!(
        text.contains("+ Secret shop-orders\n") && text.contains(" 0 to change, 0 to delete, 0 stay"),
        "{text}"
    );
    assert!(!text.contains("postgres://"), "{text}");
    assert!(world.api.writes().is_empty());
}

#[tokio::test]
async fn what_holds_a_change_up_is_said() {
    let world = World::settled(json!({"version": "0.1.0"})).await;
    let supervised = json!({"version": "0.2.0", "operation": {"updateStrategy": "Supervised"}});
    let (text, _) = said(&world, supervised).await;
    let command =
        "kubectl -n shops annotate --overwrite ecommercestack shop ecommercestack.dev/approve=0.2.0\n";
    assert!(text.contains(&format!("Held until: {command}")), "{text}");

    world.later(Duration::from_secs(60));
    let windows = json!([{"start": "02:00", "durationMinutes": 60}]);
    let (text, _) =
        said(&world, json!({"version": "0.2.0", "operation": {"maintenanceWindows": windows}})).await;
    assert!(
        text.contains("Held until the next maintenance window opens at 2026-11-23T02:00:00Z\n"),
        "{text}"
    );
}

#[tokio::test]
async fn a_service_that_is_left_out_goes() {
    let world = World::settled(json!({})).await;
    let (text, _) = said(&world, json!({"services": {"notifications": {"enabled": false}}})).await;
    for gone in ["- Deployment shop-notifications\n", "- Secret shop-notifications\n"] {
        assert!(text.contains(gone), "{text}");
    }
    assert!(!text.contains("- Secret shop-root"), "{text}");
}
