//! The broker in each mode.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

use super::stacks::{built, find, inputs, valid, with_spec};
use crate::{BrokerInputs, Desired, ExternalBroker, Inputs, Offers, build, validate};

fn url(desired: &Desired, role: &str, key: &str) -> Option<String> {
    let secret = find(desired, "Secret", &format!("shop-{role}"))?;
    let encoded = secret.value()["data"][key].as_str()?;
    Some(String::from_utf8(BASE64_STANDARD.decode(encoded).unwrap()).unwrap())
}

fn plain() -> Value {
    json!({ "mtls": { "enabled": false } })
}

pub fn of_somebody_elses(ca: Option<&str>) -> Inputs {
    let broker = ExternalBroker {
        host: "mq.example".to_owned(),
        amqp_port: 5671,
        mqtt_port: 8883,
        management_url: "https://mq.example".to_owned(),
        vhost: "two words/é".to_owned(),
        username: "root".to_owned(),
        password: "s3cret".to_owned(),
        ca: ca.map(str::to_owned),
    };
    Inputs { broker: BrokerInputs { external: Some(broker), ..BrokerInputs::default() }, ..inputs() }
}

fn elsewhere() -> Value {
    json!({ "messaging": { "mode": "External", "external": { "secretName": "mq" } } })
}

#[test]
fn without_certificates_everything_is_plain() {
    let desired = built(json!({ "security": plain() }));
    assert!(url(&desired, "orders", "AMQP_URL").unwrap().starts_with("amqp://orders:"));
    assert!(url(&desired, "gateway", "MQTT_URL").unwrap().ends_with("@shop-rabbitmq:1883"));
    let config = find(&desired, "ConfigMap", "shop-rabbitmq").unwrap();
    assert!(!config.value()["data"]["rabbitmq.conf"].as_str().unwrap().contains("ssl"));
}

#[test]
fn with_certificates_nothing_listens_in_the_clear_but_on_the_loopback() {
    let desired = built(json!({}));
    let config = find(&desired, "ConfigMap", "shop-rabbitmq").unwrap();
    let config = config.value()["data"]["rabbitmq.conf"].as_str().unwrap();
    for line in ["listeners.tcp = none", "mqtt.listeners.tcp = none", "prometheus.tcp.ip = 127.0.0.1"] {
        assert!(config.lines().any(|one| one == line), "{line}");
    }
    assert!(!config.contains("management.tcp"));
    for part in ["ssl_options", "management.ssl", "prometheus.ssl"] {
        assert!(config.contains(&format!("\n{part}.verify = verify_peer\n")), "{part}");
        assert!(config.contains(&format!("\n{part}.fail_if_no_peer_cert = true\n")), "{part}");
    }
}

#[test]
fn a_node_is_called_the_same_whether_or_not_it_is_alone() {
    let name = |replicas: u32| {
        let desired = built(json!({ "messaging": { "embedded": { "replicas": replicas } } }));
        let set = find(&desired, "StatefulSet", "shop-rabbitmq").unwrap().value().clone();
        let list =
            find(&desired, "ConfigMap", "shop-rabbitmq-nodes").unwrap().value()["data"]["nodes.conf"].clone();
        (set["spec"]["template"].clone(), list.as_str().unwrap().to_owned())
    };
    let ((alone, one), (clustered, five)) = (name(1), name(5));
    assert_eq!(alone, clustered, "to add nodes restarts none");
    assert!(five.starts_with(&one));
    assert_eq!(five.lines().filter(|line| line.contains(".shop-rabbitmq-nodes")).count(), 5);
}

#[test]
fn volumes_that_are_there_bring_their_nodes_back_and_make_an_odd_number() {
    for (volumes, nodes) in [(0, 1), (1, 1), (2, 3), (3, 3), (4, 5), (5, 5)] {
        let known = BrokerInputs { volumes, ..BrokerInputs::default() };
        let desired = build(&valid(json!({})), &Inputs { broker: known, ..inputs() });
        let set = find(&desired, "StatefulSet", "shop-rabbitmq").unwrap();
        assert_eq!(set.value()["spec"]["replicas"], nodes, "{volumes}");
        assert_eq!(find(&desired, "PodDisruptionBudget", "shop-rabbitmq").is_some(), nodes > 1);
    }
}

#[test]
fn roles_are_told_of_an_external_broker_with_names_that_no_other_stack_has() {
    let desired = build(&valid(elsewhere()), &of_somebody_elses(Some("a certificate")));
    let amqp = url(&desired, "orders", "AMQP_URL").unwrap();
    assert!(amqp.starts_with("amqps://shop.shop.orders:"), "{amqp}");
    assert!(amqp.ends_with("@mq.example:5671/two%20words%2F%C3%A9"), "{amqp}");
    let mqtt = url(&desired, "gateway", "MQTT_URL").unwrap();
    assert!(mqtt.starts_with("mqtts://two%20words%2F%C3%A9%3Ashop.shop.gateway:"), "{mqtt}");
    assert!(
        desired.manifests().all(|manifest| manifest.component() != crate::Component::Messaging
            || manifest.kind().kind == "Secret")
    );
}

#[test]
fn services_trust_the_authority_of_an_external_broker_where_it_has_one() {
    let pod = |inputs: &Inputs| {
        let desired = build(&valid(elsewhere()), inputs);
        find(&desired, "Deployment", "shop-orders").unwrap().value()["spec"]["template"]["spec"].to_string()
    };
    let trusting = pod(&of_somebody_elses(Some("a certificate")));
    assert!(trusting.contains("AMQP_CA_FILE") && trusting.contains("/etc/ecommercestack/broker-ca"));
    assert!(!pod(&of_somebody_elses(None)).contains("broker-ca"));
}

#[test]
fn nobody_is_told_an_administrators_password() {
    let desired = build(&valid(elsewhere()), &of_somebody_elses(Some("a certificate")));
    let secret = BASE64_STANDARD.encode("s3cret");
    for manifest in desired.manifests() {
        let text = manifest.value().to_string();
        assert!(!text.contains("s3cret") && !text.contains(&secret), "{}", manifest.name());
    }
}

#[test]
fn rabbitmqs_operator_is_told_everything_in_one_object() {
    let spec = json!({
        "deletionPolicy": "Delete",
        "messaging": { "mode": "RabbitmqCluster", "rabbitmqCluster": {
            "replicas": 5, "image": "mq:4", "storage": { "size": "20Gi", "className": "fast" },
            "overrides": { "rabbitmq": { "additionalPlugins": ["rabbitmq_mqtt", "rabbitmq_top"] }, "affinity": { "a": 1 } },
        } },
    });
    let known = Inputs { offers: Offers::all(), ..inputs() };
    let desired = build(&valid(spec.clone()), &known);
    let spec_of = find(&desired, "RabbitmqCluster", "shop-rabbitmq").unwrap().value()["spec"].clone();
    insta::assert_yaml_snapshot!(spec_of);
    assert!(find(&desired, "StatefulSet", "shop-rabbitmq").is_none());
    assert!(url(&desired, "orders", "AMQP_URL").unwrap().ends_with("@shop-rabbitmq:5671/shop"));
    assert!(
        find(&built(spec), "RabbitmqCluster", "shop-rabbitmq").is_none(),
        "the cluster does not know the kind"
    );
}

#[test]
fn wrong_fields_of_messaging_are_named_with_what_to_do() {
    for (messaging, path, advice) in [
        (json!({ "embedded": { "replicas": 2 } }), "spec.messaging.embedded.replicas", "choose 1, 3 or 5"),
        (json!({ "embedded": { "replicas": -3 } }), "spec.messaging.embedded.replicas", "choose 1, 3 or 5"),
        (
            json!({ "mode": "RabbitmqCluster", "rabbitmqCluster": { "replicas": 4 } }),
            "spec.messaging.rabbitmqCluster.replicas",
            "choose 3 or 5",
        ),
        (
            json!({ "mode": "RabbitmqCluster", "rabbitmqCluster": { "storage": { "size": "much" } } }),
            "spec.messaging.rabbitmqCluster.storage.size",
            "write it as 5Gi",
        ),
        (json!({ "mode": "External" }), "spec.messaging.external.secretName", "name it"),
        (
            json!({ "mode": "External", "external": { "secretName": "No" } }),
            "spec.messaging.external.secretName",
            "correct it",
        ),
    ] {
        let found = validate(&with_spec(json!({ "messaging": messaging }))).unwrap_err();
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].path, path);
        assert!(found[0].message.ends_with(advice), "{}", found[0].message);
    }
}
