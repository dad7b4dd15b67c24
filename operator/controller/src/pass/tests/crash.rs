use serde_json::{Value, json};

use super::world::{STACK, World};
use crate::fake_api::refusal;

/// What counts of an object: not when it was written, nor how often.
fn content(world: &World) -> Vec<(String, Value)> {
    let paths = world.api.paths().into_iter().filter(|path| path != STACK && !path.contains("/events/"));
    paths
        .map(|path| {
            let object = world.api.get(&path).unwrap();
            let labels = object["metadata"]["labels"].clone();
            (path, json!([labels, object["spec"], object["status"]]))
        })
        .collect()
}

/// The root Secret's random bytes are in all names that hold a hash, so there the same bytes are given.
async fn world() -> World {
    let world = World::with(json!({})).await;
    let root = super::world::path("secrets", "shop-root");
    let data = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, [7_u8; 32]);
    let labels = json!({
        "app.kubernetes.io/instance": "shop", "app.kubernetes.io/managed-by": "ecommerce-operator",
    });
    world
        .api
        .put(&root, json!({"metadata": {"name": "shop-root", "labels": labels}, "data": {"root": data}}));
    world
}

#[tokio::test]
async fn an_operator_that_dies_after_any_of_its_writes_is_followed_by_one_that_finishes() {
    let whole = world().await;
    whole.settle_quietly().await;
    let expected = content(&whole);
    let writes = whole.api.writes().len();
    assert!(writes > 60, "{writes}");

    // Coprime to the three requests of a creation, so that each of them is cut off somewhere.
    for cut in (0..writes).step_by(7) {
        let mut world = world().await;
        let mut left = cut;
        world.api.fault(move |asked, _| {
            if !asked.writes() {
                return None;
            }
            let dead = left == 0;
            left = left.saturating_sub(1);
            dead.then(|| refusal(500, "InternalError"))
        });
        while world.try_pass().await.is_ok() && world.api.asked().iter().any(|asked| asked.writes()) {
            world.controllers_catch_up();
        }
        world.api.mend();
        world.restart();
        world.settle_quietly().await;
        assert_eq!(content(&world), expected, "cut off after {cut} writes");
    }
}
