//! The broker's exchanges, queues, bindings and permissions, derived from the Role table.
//!
//! Everything is imported into RabbitMQ as definitions at its start; no role may declare anything.
//! A queue's dead letters wait in `<role>.retry` and come back; what can't be handled ends in `<role>.parked`.

use serde_json::{Value, json};

use crate::Role;
use crate::role::Source;

/// How long a message that could not be handled waits before it comes back.
pub const RETRY_DELAY_MS: u32 = 5_000;

/// How often a message comes back before it is parked.
pub const MAX_ATTEMPTS: u32 = 20;

/// The exchange that RabbitMQ's MQTT plugin publishes to.
pub(crate) const MQTT_EXCHANGE: &str = "amq.topic";

/// Routing keys on a role's dead-letter exchange.
pub const AGAIN: &str = "again";
const RETRY: &str = "retry";
pub const PARKED: &str = "parked";

/// The exchange a role publishes to.
pub fn exchange(role: Role) -> String {
    format!("shop.{role}")
}

/// The queue a role consumes.
pub fn queue(role: Role) -> String {
    role.to_string()
}

/// The exchange of a role's dead letters.
pub fn dead_letter_exchange(role: Role) -> String {
    format!("{role}.dead")
}

/// Where messages end that no retry can help.
pub fn parking_queue(role: Role) -> String {
    format!("{role}.parked")
}

/// Where messages wait before they come back.
pub fn retry_queue(role: Role) -> String {
    format!("{role}.retry")
}

/// Whether anyone listens: only then is an unroutable message an error.
pub fn has_consumer(message_type: &str) -> bool {
    Role::ALL.into_iter().flat_map(|role| role.spec().subscriptions).any(|s| s.types.contains(&message_type))
}

/// A broker user and the hash of its password in RabbitMQ's own form.
#[derive(Clone, Debug)]
pub struct User {
    pub name: String,
    pub password_hash: String,
    pub rights: Rights,
    /// A tag that tells whose user it is; of no meaning to RabbitMQ.
    pub mark: Option<String>,
}

#[derive(Clone, Copy, Debug)]
pub enum Rights {
    /// Writes its own exchange, reads its own queue.
    Role(Role),
    /// Everything in the vhost, the management pages too.
    Administrator,
}

/// A password in the form that definitions carry: base64 of salt and SHA-256 over salt and password.
pub fn password_hash(salt: [u8; 4], password: &str) -> String {
    use aws_lc_rs::digest::{SHA256, digest};
    use base64::Engine;
    let hash = digest(&SHA256, &[salt.as_slice(), password.as_bytes()].concat());
    base64::prelude::BASE64_STANDARD.encode([salt.as_slice(), hash.as_ref()].concat())
}

/// RabbitMQ definitions (the format of `load_definitions` and of the management API) for one vhost.
pub fn definitions(vhost: &str, users: &[User]) -> Value {
    let mut all = vhost_definitions();
    let named = |mut value: Value| {
        value["vhost"] = json!(vhost);
        value
    };
    for kind in ["exchanges", "queues", "bindings"] {
        let list = all[kind].as_array().expect("vhost_definitions makes lists").iter().cloned();
        all[kind] = list.map(named).collect();
    }
    all["vhosts"] = json!([{ "name": vhost }]);
    all["users"] = users.iter().map(user).collect();
    all["permissions"] = users.iter().map(|user| named(permission(user))).collect();
    all["topic_permissions"] = users.iter().filter_map(topic_permission).map(named).collect();
    all
}

/// The same without users and without naming the vhost: for the management API of one vhost, and to read.
pub fn vhost_definitions() -> Value {
    let publishers = || Role::ALL.into_iter().filter(|role| role.spec().owns_database);
    let consumers = || Role::ALL.into_iter().filter(|role| !role.spec().subscriptions.is_empty());

    let topics = publishers().map(|role| declared_exchange(&exchange(role), "topic"));
    let dead = consumers().map(|role| declared_exchange(&dead_letter_exchange(role), "direct"));
    json!({
        "exchanges": topics.chain(dead).collect::<Vec<_>>(),
        "queues": consumers().flat_map(queues_of).collect::<Vec<_>>(),
        "bindings": consumers().flat_map(bindings_of).collect::<Vec<_>>(),
    })
}

fn declared_exchange(name: &str, kind: &str) -> Value {
    json!({ "name": name, "type": kind, "durable": true, "auto_delete": false, "internal": false, "arguments": {} })
}

fn quorum_queue(name: &str, arguments: Value) -> Value {
    let mut all = json!({ "x-queue-type": "quorum" });
    if let (Value::Object(all), Value::Object(more)) = (&mut all, arguments) {
        all.extend(more);
    }
    json!({ "name": name, "durable": true, "auto_delete": false, "arguments": all })
}

fn queues_of(role: Role) -> [Value; 3] {
    // At-least-once: without it a dead letter is lost when the broker stops between the two queues.
    let dead_letters_to = |routing_key: &str| {
        json!({
            "x-dead-letter-exchange": dead_letter_exchange(role),
            "x-dead-letter-routing-key": routing_key,
            "x-dead-letter-strategy": "at-least-once",
            "x-overflow": "reject-publish",
        })
    };
    let mut retry = dead_letters_to(AGAIN);
    retry["x-message-ttl"] = json!(RETRY_DELAY_MS);
    [
        quorum_queue(&queue(role), dead_letters_to(RETRY)),
        quorum_queue(&retry_queue(role), retry),
        // Looking at parked messages counts as delivering them, and the broker would drop what was looked at often.
        quorum_queue(&parking_queue(role), json!({ "x-delivery-limit": -1 })),
    ]
}

fn bindings_of(role: Role) -> Vec<Value> {
    let binding = |source: String, queue: String, key: &str| json!({ "source": source, "destination": queue, "destination_type": "queue", "routing_key": key, "arguments": {} });
    let dead = dead_letter_exchange(role);
    let mut bindings = vec![
        binding(dead.clone(), queue(role), AGAIN),
        binding(dead.clone(), retry_queue(role), RETRY),
        binding(dead, parking_queue(role), PARKED),
    ];
    for subscription in role.spec().subscriptions {
        let source = match subscription.from {
            Source::Role(publisher) => exchange(publisher),
            Source::Mqtt => MQTT_EXCHANGE.to_owned(),
        };
        bindings.extend(subscription.types.iter().map(|kind| binding(source.clone(), queue(role), kind)));
    }
    bindings
}

fn user(user: &User) -> Value {
    let administrator = match user.rights {
        Rights::Role(_) => None,
        Rights::Administrator => Some("administrator"),
    };
    let tags: Vec<&str> = administrator.into_iter().chain(user.mark.as_deref()).collect();
    json!({
        "name": user.name,
        "password_hash": user.password_hash,
        "hashing_algorithm": "rabbit_password_hashing_sha256",
        "tags": tags,
    })
}

fn permission(user: &User) -> Value {
    let (write, read, configure) = match user.rights {
        Rights::Administrator => (".*".to_owned(), ".*".to_owned(), ".*"),
        Rights::Role(role) => (writable(role), readable(role), "^$"),
    };
    json!({ "user": user.name, "configure": configure, "write": write, "read": read })
}

fn writable(role: Role) -> String {
    let spec = role.spec();
    let mut names = Vec::new();
    if spec.owns_database {
        names.push(exchange(role));
    }
    if !spec.subscriptions.is_empty() {
        names.push(dead_letter_exchange(role));
    }
    if spec.publishes_mqtt {
        names.push(MQTT_EXCHANGE.to_owned());
    }
    exactly(&names)
}

fn readable(role: Role) -> String {
    if role.spec().subscriptions.is_empty() {
        exactly(&[])
    } else {
        exactly(&[queue(role), parking_queue(role)])
    }
}

/// MQTT clients all share one exchange, so there the topic is what is permitted.
fn topic_permission(user: &User) -> Option<Value> {
    let Rights::Role(role) = user.rights else { return None };
    let keys: Vec<String> =
        if role.spec().publishes_mqtt { mqtt_types().map(str::to_owned).collect() } else { vec![] };
    Some(json!({ "user": user.name, "exchange": MQTT_EXCHANGE, "write": exactly(&keys), "read": "^$" }))
}

fn mqtt_types() -> impl Iterator<Item = &'static str> {
    Role::ALL
        .into_iter()
        .flat_map(|role| role.spec().subscriptions)
        .filter(|subscription| subscription.from == Source::Mqtt)
        .flat_map(|subscription| subscription.types)
        .copied()
}

/// A pattern that matches these names and no other.
fn exactly(names: &[String]) -> String {
    let escaped: Vec<String> = names.iter().map(|name| name.replace('.', "\\.")).collect();
    match escaped.as_slice() {
        [] => "^$".to_owned(),
        names => format!("^({})$", names.join("|")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_topology_is_as_the_snapshot_shows() {
        let users: Vec<User> = Role::ALL
            .into_iter()
            .map(|role| User {
                name: role.to_string(),
                password_hash: "[hash]".to_owned(),
                rights: Rights::Role(role),
                mark: None,
            })
            .collect();
        insta::assert_yaml_snapshot!(definitions("shop", &users));
    }

    #[test]
    fn a_password_hash_is_as_rabbitmq_documents_it() {
        // The worked example of RabbitMQ's guide on passwords.
        assert_eq!(
            password_hash([0x90, 0x8d, 0xc6, 0x0a], "test12"),
            "kI3GCqW5JLMJa4iX1lo7X4D6XbYqlLgxIs30+P6tENUV2POR"
        );
    }

    #[test]
    fn a_message_that_nobody_takes_need_not_be_routable() {
        assert!(has_consumer("stock.reserve.v1"));
        assert!(!has_consumer("order.created.v1"));
    }
}
