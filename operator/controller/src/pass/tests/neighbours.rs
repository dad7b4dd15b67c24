use serde_json::{Value, json};

use super::world::World;
use crate::pass::pass;
use crate::stack_key::StackKey;

/// One more stack, beside the first or in another namespace.
async fn neighbour(world: &World, namespace: &str, name: &str) -> StackKey {
    let path = format!("/apis/ecommercestack.dev/v1alpha1/namespaces/{namespace}/ecommercestacks/{name}");
    let stack = json!({
        "apiVersion": "ecommercestack.dev/v1alpha1", "kind": "EcommerceStack",
        "metadata": {"name": name, "namespace": namespace}, "spec": {"version": "0.1.0"},
    });
    world.api.put(&path, stack);
    let key = StackKey::new(namespace, name);
    for _ in 0..6 {
        pass(&key, &world.tools).await.unwrap();
        world.controllers_catch_up();
    }
    key
}

/// All that is in a namespace under the label of this stack.
fn objects(world: &World, key: &StackKey) -> Vec<(String, Value)> {
    let all = world.api.paths().into_iter().filter_map(|path| Some((path.clone(), world.api.get(&path)?)));
    let inside = format!("/namespaces/{}/", key.namespace);
    let mine =
        |object: &Value| object["metadata"]["labels"]["app.kubernetes.io/instance"] == key.name.as_str();
    all.filter(|(path, object)| path.contains(&inside) && mine(object))
        .map(|(path, object)| (path, object["spec"].clone()))
        .collect()
}

#[tokio::test]
async fn stacks_leave_each_other_alone_even_where_one_is_called_as_a_service_of_the_other() {
    let world = World::settled(json!({"version": "0.1.0"})).await;
    let beside = neighbour(&world, "shops", "shop-orders").await;
    let elsewhere = neighbour(&world, "other", "shop").await;
    let before = [objects(&world, &beside), objects(&world, &elsewhere)];
    assert!(before.iter().all(|objects| objects.len() > 40), "{}", before[0].len());

    world.change_spec(|spec| {
        spec["version"] = json!("0.2.0");
        spec["services"] = json!({"payments": {"enabled": false}});
    });
    world.settle().await;

    assert_eq!([objects(&world, &beside), objects(&world, &elsewhere)], before);
    for key in [&beside, &elsewhere] {
        world.api.asked();
        pass(key, &world.tools).await.unwrap();
        let writes: Vec<String> = world.api.writes().iter().map(crate::fake_api::Asked::short).collect();
        assert!(writes.is_empty(), "{key}: {writes:?}");
    }
}
