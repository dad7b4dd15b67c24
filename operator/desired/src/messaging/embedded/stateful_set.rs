//! The pods, and when they are started anew.

use contracts::identity::Part;
use serde_json::{Value, json};

use super::{DATA, config, cookie_secret_name};
use crate::manifest::Component::Messaging;
use crate::messaging::{EmbeddedBroker, ports};
use crate::pod::{self, SERVER_UID};
use crate::resources::Demand;
use crate::{Inputs, Manifest, ValidatedStack, hash, metadata, names};

const DATA_DIR: &str = "/var/lib/rabbitmq";
const HOME: &str = "/home/rabbitmq";
const CONFIG_DIR: &str = "/etc/ecommercestack/config";

/// Two schedulers that sleep when idle; and changed certificates are noticed after half a minute.
const ERLANG: &str = "+S 2:2 +sbwt none +sbwtdcpu none +sbwtdio none -ssl ssl_pem_cache_clean 30000";

pub fn stateful_set(
    stack: &ValidatedStack,
    inputs: &Inputs,
    broker: &EmbeddedBroker,
    nodes: u32,
) -> Manifest {
    let name = names::rabbitmq(stack);
    let image = broker.image.as_ref().unwrap_or(&inputs.images.rabbitmq);
    let reads = hash::short(&[config::config_map(stack).data(), &inputs.root.broker_passwords()]);
    let content = json!({
        "spec": {
            "serviceName": names::rabbitmq_nodes(stack),
            // Never fewer than there were, and nobody else's to change: to take a node away loses its share of every queue.
            "replicas": nodes,
            // Nodes wait for each other at their start, so none may wait for another one to be ready before it starts.
            "podManagementPolicy": "Parallel",
            // The operator replaces one pod after the other, each when the queues can spare it.
            "updateStrategy": { "type": "OnDelete" },
            "revisionHistoryLimit": 3,
            "selector": { "matchLabels": metadata::selector(stack, Messaging) },
            "volumeClaimTemplates": [claim_template(broker)],
            "template": {
                "metadata": {
                    "labels": metadata::pod_labels(stack, Messaging),
                    "annotations": { hash::ANNOTATION: reads },
                },
                "spec": pod_spec(stack, image, &name),
            },
        },
    });
    Manifest::new("StatefulSet", stack, Messaging, name, content)
}

/// Can't ever be changed and is not meant to be used: the claims are made before the pods, as objects of their own. Its size is that
/// of a volume that may still grow into any other.
fn claim_template(broker: &EmbeddedBroker) -> Value {
    let mut template = json!({
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": { "name": DATA },
        "spec": { "accessModes": ["ReadWriteOnce"], "resources": { "requests": { "storage": "1Mi" } } },
    });
    if let Some(class) = &broker.volume.class {
        template["spec"]["storageClassName"] = json!(class);
    }
    template
}

fn pod_spec(stack: &ValidatedStack, image: &str, name: &str) -> Value {
    let mut spec = pod::spec(stack, name, SERVER_UID, &container(stack, image));
    // A minute and a half for `stop.sh`, the rest for writing everything down on a slow disk.
    spec["terminationGracePeriodSeconds"] = json!(240);
    spec["topologySpreadConstraints"] = json!([{
        "maxSkew": 1,
        "topologyKey": "kubernetes.io/hostname",
        "whenUnsatisfiable": "ScheduleAnyway",
        "labelSelector": { "matchLabels": metadata::selector(stack, Messaging) },
    }]);
    spec["volumes"] = volumes(stack, name);
    pod::own_volumes(&mut spec, SERVER_UID);
    pod::mount_certificate(stack, &mut spec, Part::Rabbitmq);
    spec
}

fn container(stack: &ValidatedStack, image: &str) -> Value {
    let mut container = pod::container(stack, "rabbitmq", image, Demand::of_rabbitmq());
    container["command"] = json!(["/bin/sh", format!("{CONFIG_DIR}/start.sh")]);
    container["env"] = environment(stack);
    container["ports"] = ports::of_container(stack);
    // It listens once the definitions are imported. No liveness probe: a broker that is slow because it recovers
    // queues must not be ended, and one that is dead ends by itself.
    container["startupProbe"] = pod::tcp_probe("amqp", 1, 3600);
    container["readinessProbe"] = pod::tcp_probe("amqp", 5, 2);
    container["lifecycle"] =
        json!({ "preStop": { "exec": { "command": ["/bin/sh", format!("{CONFIG_DIR}/stop.sh")] } } });
    let read_only = |name: &str, path: &str| json!({ "name": name, "mountPath": path, "readOnly": true });
    container["volumeMounts"] = json!([
        { "name": DATA, "mountPath": DATA_DIR },
        read_only("config", CONFIG_DIR),
        read_only("nodes", "/etc/ecommercestack/nodes"),
        read_only("definitions", "/etc/ecommercestack/definitions"),
        read_only("cookie", "/etc/ecommercestack/cookie"),
        { "name": "home", "mountPath": HOME },
        { "name": "tmp", "mountPath": "/tmp" },
    ]);
    container
}

fn environment(stack: &ValidatedStack) -> Value {
    let node = format!("rabbit@{}", config::host(stack, "$(POD_NAME)"));
    let variables = [
        // The data is filed under the node's name, so the name must outlive the pod.
        ("RABBITMQ_NODENAME", node.as_str()),
        ("RABBITMQ_USE_LONGNAME", "true"),
        ("RABBITMQ_MNESIA_BASE", "/var/lib/rabbitmq/data"),
        ("RABBITMQ_CONFIG_FILE", "/etc/ecommercestack/config/rabbitmq.conf"),
        ("RABBITMQ_CONFIG_FILES", "/etc/ecommercestack/nodes/*.conf"),
        ("RABBITMQ_ENABLED_PLUGINS_FILE", "/etc/ecommercestack/config/enabled_plugins"),
        ("RABBITMQ_LOGS", "-"),
        ("RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS", ERLANG),
        // Where `start.sh` puts the Erlang cookie. Not on the volume, where the kubelet may widen its mode and so break it.
        ("HOME", HOME),
        // How Erlang finds hosts, from there too.
        ("ERL_INETRC", "/home/rabbitmq/inetrc"),
    ];
    let of_pod = [("POD_NAME", "metadata.name"), ("POD_IP", "status.podIP")].map(|(name, path)| {
        json!({ "name": name, "valueFrom": { "fieldRef": { "apiVersion": "v1", "fieldPath": path } } })
    });
    let rest = variables.iter().map(|(name, value)| json!({ "name": name, "value": value }));
    of_pod.into_iter().chain(rest).collect()
}

fn volumes(stack: &ValidatedStack, name: &str) -> Value {
    let cookie = cookie_secret_name(&stack.name);
    json!([
        { "name": "config", "configMap": { "name": name, "defaultMode": 0o444 } },
        { "name": "nodes", "configMap": { "name": names::rabbitmq_nodes(stack), "defaultMode": 0o444 } },
        { "name": "definitions", "secret": { "secretName": name, "defaultMode": 0o440 } },
        { "name": "cookie", "secret": { "secretName": cookie, "defaultMode": 0o440 } },
        { "name": "home", "emptyDir": { "medium": "Memory", "sizeLimit": "1Mi" } },
        { "name": "tmp", "emptyDir": { "sizeLimit": "64Mi" } },
    ])
}
