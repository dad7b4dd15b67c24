use std::time::Duration;

use serde_json::{Value, json};

use crate::pass::tests::world::World;

const SERVICE: &str = "shop-rabbitmq.shops.svc";
const GET: &str = "GET shop-rabbitmq.shops.svc /api/definitions";
const POST: &str = "POST shop-rabbitmq.shops.svc /api/definitions";

fn plain() -> Value {
    json!({"security": {"mtls": {"enabled": false}}})
}

/// With a broker that has what it should have.
async fn settled() -> World {
    let world = World::settled(plain()).await;
    world.broker.asked();
    world
}

/// So late that the broker is looked at again.
async fn pass_later(world: &World) {
    world.later(Duration::from_secs(600));
    world.pass().await;
}

fn user<'a>(definitions: &'a Value, name: &str) -> Option<&'a Value> {
    definitions["users"].as_array().unwrap().iter().find(|user| user["name"] == name)
}

#[tokio::test]
async fn a_broker_that_came_up_gets_what_is_missing_and_is_then_left_alone() {
    let world = World::settled(plain()).await;
    assert_eq!(world.broker.asked(), [GET, POST, GET], "asked, mended, looked again");
    assert!(user(&world.broker.definitions(), "orders").is_some());
    assert_eq!(world.condition("MessagingReady")["reason"], "Available");

    world.pass().await;
    assert_eq!(world.broker.asked(), [""; 0]);
    pass_later(&world).await;
    assert_eq!(world.broker.asked(), [GET]);
}

#[tokio::test]
async fn a_user_whose_rights_were_widened_gets_them_back() {
    let world = settled().await;
    let before = world.broker.definitions();
    world.broker.edit(|definitions| {
        definitions["users"][0]["tags"] = json!(["administrator"]);
        definitions["permissions"][0]["read"] = json!(".*");
        definitions["queues"].as_array_mut().unwrap().remove(0);
    });
    pass_later(&world).await;
    assert_eq!(world.broker.asked(), [GET, POST, GET]);
    let sorted = |mut definitions: Value| {
        definitions["queues"].as_array_mut().unwrap().sort_by_key(|queue| queue["name"].to_string());
        definitions
    };
    assert_eq!(sorted(world.broker.definitions()), sorted(before));
}

#[tokio::test]
async fn a_user_of_the_stack_that_is_no_longer_needed_goes_and_a_strangers_stays() {
    let world = settled().await;
    world.broker.edit(|definitions| {
        let users = definitions["users"].as_array_mut().unwrap();
        users.push(json!({"name": "retired", "tags": ["ecommercestack.shops.shop"]}));
        users.push(json!({"name": "neighbour", "tags": ["ecommercestack.shops.another"]}));
    });
    pass_later(&world).await;
    let left = world.broker.definitions();
    assert!(user(&left, "retired").is_none() && user(&left, "neighbour").is_some());
    let delete = format!("DELETE {SERVICE} /api/users/retired");
    assert_eq!(world.broker.asked(), [GET, &delete, GET]);
}

#[tokio::test]
async fn a_queue_of_another_form_is_told_with_the_command_that_helps() {
    let world = settled().await;
    world.broker.edit(|definitions| definitions["queues"][0]["arguments"] = json!({}));
    pass_later(&world).await;
    let ready = world.condition("MessagingReady");
    assert_eq!((&ready["status"], &ready["reason"]), (&json!("False"), &json!("DefinitionsPending")));
    let message = ready["message"].as_str().unwrap();
    assert!(message.contains("rabbitmqctl delete_queue") && message.contains("--if-empty"), "{message}");
    assert_eq!(world.condition("Ready")["status"], "False");

    // Nothing that an import would help with, so none is sent.
    world.broker.asked();
    world.pass().await;
    assert_eq!(world.broker.asked(), [GET]);
}

#[tokio::test]
async fn a_broker_that_does_not_answer_is_a_condition_and_no_error() {
    let world = settled().await;
    for (status, said) in [(500, "it answered 500"), (401, "does not take the operator's name")] {
        world.broker.answer_only(Some(status));
        pass_later(&world).await;
        let ready = world.condition("MessagingReady");
        assert_eq!(ready["reason"], "Unreachable");
        assert!(ready["message"].as_str().unwrap().contains(said), "{ready}");
    }
    world.broker.answer_only(None);
    world.pass().await;
    assert_eq!(world.condition("MessagingReady")["reason"], "Available");
}

#[tokio::test]
async fn a_paused_stack_is_looked_at_and_not_mended() {
    let world = settled().await;
    world.change_spec(|spec| spec["operation"] = json!({"paused": true}));
    world.broker.edit(|definitions| definitions["users"] = json!([]));
    world.broker.asked();
    pass_later(&world).await;
    assert_eq!(world.broker.asked(), [GET]);
    assert_eq!(world.condition("MessagingReady")["reason"], "DefinitionsPending");
}
