//! The pod, and when it is started anew.

use serde_json::{Value, json};

use super::PORTS;
use crate::manifest::Component::Messaging;
use crate::pod;
use crate::resources::Demand;
use crate::server::Server;
use crate::{Inputs, Manifest, ValidatedStack, names};

const DATA: &str = "/var/lib/rabbitmq";
const HOME: &str = "/home/rabbitmq";

/// Two schedulers that sleep when idle, and a node that no other can join.
const ERLANG: &str =
    "+S 2:2 +sbwt none +sbwtdcpu none +sbwtdio none -kernel inet_dist_use_interface {127,0,0,1}";

pub fn stateful_set(
    stack: &ValidatedStack,
    inputs: &Inputs,
    config: &Manifest,
    definitions: &Manifest,
) -> Manifest {
    let name = names::rabbitmq(stack);
    let image = stack.rabbitmq.image.as_ref().unwrap_or(&inputs.images.rabbitmq);
    let server = Server {
        component: Messaging,
        container: container(stack, image),
        volumes: volumes(&name),
        reads: vec![config, definitions],
        name,
    };
    server.stateful_set(stack)
}

fn container(stack: &ValidatedStack, image: &str) -> Value {
    let mut container = pod::container(stack, "rabbitmq", image, Demand::of_rabbitmq());
    container["command"] = json!(["/opt/rabbitmq/sbin/rabbitmq-server"]);
    container["env"] = environment();
    container["ports"] = PORTS.map(|(name, port)| pod::container_port(name, port)).into();
    // It listens once the definitions are imported. No liveness probe: a broker that is slow because it recovers
    // queues must not be ended, and one that is dead ends by itself.
    container["startupProbe"] = pod::tcp_probe("amqp", 1, 3600);
    container["readinessProbe"] = pod::tcp_probe("amqp", 5, 2);
    container["volumeMounts"] = json!([
        { "name": "data", "mountPath": DATA },
        { "name": "config", "mountPath": "/etc/ecommercestack/config", "readOnly": true },
        { "name": "definitions", "mountPath": "/etc/ecommercestack/definitions", "readOnly": true },
        { "name": "home", "mountPath": HOME },
        { "name": "tmp", "mountPath": "/tmp" },
    ]);
    container
}

fn environment() -> Value {
    let variables = [
        // The data is filed under the node's name, so the name must outlive the pod.
        ("RABBITMQ_NODENAME", "rabbit@localhost"),
        ("RABBITMQ_MNESIA_BASE", "/var/lib/rabbitmq/data"),
        ("RABBITMQ_CONFIG_FILE", "/etc/ecommercestack/config/rabbitmq.conf"),
        ("RABBITMQ_ENABLED_PLUGINS_FILE", "/etc/ecommercestack/config/enabled_plugins"),
        ("RABBITMQ_LOGS", "-"),
        ("RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS", ERLANG),
        ("ERL_EPMD_ADDRESS", "127.0.0.1"),
        // The Erlang cookie is made here. Not on the volume, where the kubelet may widen its mode and so break it.
        ("HOME", HOME),
    ];
    variables.iter().map(|(name, value)| json!({ "name": name, "value": value })).collect()
}

fn volumes(name: &str) -> Value {
    json!([
        { "name": "data", "persistentVolumeClaim": { "claimName": name } },
        { "name": "config", "configMap": { "name": name, "defaultMode": 0o444 } },
        { "name": "definitions", "secret": { "secretName": name, "defaultMode": 0o440 } },
        { "name": "home", "emptyDir": { "medium": "Memory", "sizeLimit": "1Mi" } },
        { "name": "tmp", "emptyDir": { "sizeLimit": "64Mi" } },
    ])
}
