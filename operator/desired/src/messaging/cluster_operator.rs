//! A broker that RabbitMQ's own operator runs: all that is said to it is in one object.

use serde_json::{Value, json};

use super::BrokerCluster;
use crate::manifest::Component::Messaging;
use crate::resources::Demand;
use crate::{Manifest, ValidatedStack, merge, names};
use contracts::identity::Part;

pub fn cluster(stack: &ValidatedStack, broker: &BrokerCluster) -> Manifest {
    let mut spec = json!({
        "replicas": broker.nodes,
        "persistence": persistence(broker),
        "resources": Demand::of_rabbitmq().manifest(),
        "rabbitmq": {
            "additionalPlugins": ["rabbitmq_mqtt"],
            "additionalConfig": config(stack),
        },
        "terminationGracePeriodSeconds": 300,
    });
    if let Some(image) = &broker.image {
        spec["image"] = json!(image);
    }
    if !stack.pull.secrets.is_empty() {
        let secrets: Vec<Value> = stack.pull.secrets.iter().map(|name| json!({ "name": name })).collect();
        spec["imagePullSecrets"] = json!(secrets);
    }
    if stack.mtls {
        let certificate = names::certificate(&stack.name, Part::Rabbitmq);
        spec["tls"] =
            json!({ "secretName": certificate, "caSecretName": certificate, "disableNonTLSListeners": true });
    }
    merge::over(&mut spec, &Value::Object(broker.overrides.clone()));
    let cluster =
        Manifest::new("RabbitmqCluster", stack, Messaging, names::rabbitmq(stack), json!({ "spec": spec }));
    if stack.keeps_volumes { cluster.without_owner() } else { cluster }
}

fn persistence(broker: &BrokerCluster) -> Value {
    let mut persistence = json!({ "storage": broker.volume.size.canonical() });
    if let Some(class) = &broker.volume.class {
        persistence["storageClassName"] = json!(class);
    }
    persistence
}

fn config(stack: &ValidatedStack) -> String {
    let common = include_str!("cluster_operator.conf");
    if stack.mtls {
        format!("{common}{}", include_str!("cluster_operator_tls.conf"))
    } else {
        common.to_owned()
    }
}
