//! The embedded RabbitMQ: one pod, one volume; users, permissions and queues are definitions that each start imports.

mod stateful_set;

use contracts::Role;
use contracts::topology::{Rights, User, definitions};
use serde_json::json;

use crate::configuration::{config_map, secret, service_account};
use crate::manifest::Component::Messaging;
use crate::{Inputs, Manifest, RootSecret, ValidatedStack, metadata, names, pod, volume};

/// Name and number of every port: AMQP, MQTT, metrics.
const PORTS: [(&str, u16); 3] = [("amqp", 5672), ("mqtt", 1883), ("metrics", 15692)];

/// What the pod reads, and its account.
pub fn configuration(stack: &ValidatedStack, root: &RootSecret) -> [Manifest; 3] {
    let name = || names::rabbitmq(stack);
    let files = json!({
        "rabbitmq.conf": include_str!("rabbitmq/rabbitmq.conf"),
        "enabled_plugins": include_str!("rabbitmq/enabled_plugins"),
    });
    let definitions = definitions(names::VHOST, &users(root)).to_string();
    [
        service_account(stack, Messaging, name()),
        config_map(stack, Messaging, name(), &files),
        secret(stack, Messaging, name(), [("definitions.json", definitions)]),
    ]
}

/// One for each role that has anything to say, whether or not it runs: to disable one must not restart the broker.
fn users(root: &RootSecret) -> Vec<User> {
    let speaks = |role: &Role| role.speaks_amqp() || role.spec().publishes_mqtt;
    let user = |role: Role| User {
        name: role.to_string(),
        password_hash: root.rabbitmq_password_hash(role),
        rights: Rights::Role(role),
    };
    Role::ALL.into_iter().filter(speaks).map(user).collect()
}

pub fn infrastructure(stack: &ValidatedStack, inputs: &Inputs) -> [Manifest; 3] {
    let [_, config, definitions] = configuration(stack, &inputs.root);
    let volume = volume::volume(stack, Messaging, names::rabbitmq(stack), &stack.rabbitmq.volume);
    [volume, service(stack), stateful_set::stateful_set(stack, inputs, &config, &definitions)]
}

fn service(stack: &ValidatedStack) -> Manifest {
    let content = json!({
        "spec": {
            "selector": metadata::selector(stack, Messaging),
            "ports": PORTS.map(|(name, port)| pod::service_port(name, port)),
        },
    });
    Manifest::new("Service", stack, Messaging, names::rabbitmq(stack), content)
}
