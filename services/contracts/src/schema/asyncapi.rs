//! The AsyncAPI document: a channel per type of message, who sends to it and who receives from it, by the Role table.

use serde_json::{Map, Value, json};

use super::{EventSchema, all};
use crate::envelope::CONTENT_TYPE;
use crate::role::Source;
use crate::{Role, topology};

/// AsyncAPI 3.0, with the schemas as files beside it.
pub fn asyncapi() -> Value {
    let (mut channels, mut operations, mut messages) = (Map::new(), Map::new(), Map::new());
    for event in all() {
        let kind = event.kind;
        channels.insert(kind.to_owned(), channel(&event));
        let payload = json!({ "$ref": format!("./{kind}.json") });
        messages.insert(
            kind.to_owned(),
            json!({ "name": kind, "contentType": CONTENT_TYPE, "payload": payload }),
        );
        operations.insert(format!("{}.sends.{kind}", event.from), operation("send", kind));
        for role in subscribers(kind) {
            operations.insert(format!("{role}.receives.{kind}"), receiving(role, kind));
        }
    }
    json!({
        "asyncapi": "3.0.0",
        "info": {
            "title": "EcommerceStack messages",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "CloudEvents 1.0 in structured mode, over RabbitMQ. Generated from the Role table by `make generate`.",
        },
        "defaultContentType": CONTENT_TYPE,
        "channels": channels,
        "operations": operations,
        "components": { "messages": messages },
    })
}

fn subscribers(kind: &str) -> impl Iterator<Item = Role> {
    let takes = move |role: &Role| role.spec().subscriptions.iter().any(|one| one.types.contains(&kind));
    Role::ALL.into_iter().filter(takes)
}

fn channel(event: &EventSchema) -> Value {
    let kind = event.kind;
    let over_mqtt = Role::ALL
        .iter()
        .flat_map(|role| role.spec().subscriptions)
        .any(|subscription| subscription.from == Source::Mqtt && subscription.types.contains(&kind));
    let (address, exchange) = if over_mqtt {
        (kind.replace('.', "/"), topology::MQTT_EXCHANGE.to_owned())
    } else {
        (kind.to_owned(), topology::exchange(event.from))
    };
    json!({
        "address": address,
        "messages": { kind: { "$ref": format!("#/components/messages/{kind}") } },
        "bindings": { "amqp": {
            "is": "routingKey",
            "exchange": { "name": exchange, "type": "topic", "durable": true, "autoDelete": false },
        } },
    })
}

fn operation(action: &str, kind: &str) -> Value {
    json!({
        "action": action,
        "channel": { "$ref": format!("#/channels/{kind}") },
        "messages": [{ "$ref": format!("#/channels/{kind}/messages/{kind}") }],
    })
}

fn receiving(role: Role, kind: &str) -> Value {
    let mut receiving = operation("receive", kind);
    receiving["description"] = json!(format!("Into the queue `{}`.", topology::queue(role)));
    receiving
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_message_has_a_sender_and_each_subscription_a_receiver() {
        let document = asyncapi();
        let count = |action: &str| {
            let operations = document["operations"].as_object().unwrap().values();
            operations.filter(|operation| operation["action"] == action).count()
        };
        assert_eq!(count("send"), all().len());
        let subscriptions = Role::ALL.iter().flat_map(|role| role.spec().subscriptions);
        assert_eq!(
            count("receive"),
            subscriptions.map(|subscription| subscription.types.len()).sum::<usize>()
        );
    }

    #[test]
    fn what_comes_over_mqtt_has_its_topic_as_address() {
        let channel = &asyncapi()["channels"]["payment.submitted.v1"];
        assert_eq!(channel["address"], crate::messages::gateway::PAYMENT_SUBMITTED_TOPIC);
    }
}
