//! Stacks and inputs to build from.

use std::collections::BTreeMap;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use contracts::Role;
use operator_api::EcommerceStack;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    Bounds, BrokerInputs, Credentials, DefaultImages, Desired, Inputs, Manifest, Offers, RootSecret,
    ValidatedStack, build, validate,
};

pub fn inputs() -> Inputs {
    Inputs {
        root: RootSecret::new(*b"a root secret of thirty-two byte"),
        images: DefaultImages {
            shop: "shop:dev".to_owned(),
            postgres: "postgres:17".to_owned(),
            rabbitmq: "rabbitmq:4.0".to_owned(),
            prometheus: "prom/prometheus:v2.53.5".to_owned(),
        },
        contracts: BTreeMap::new(),
        offers: Offers::default(),
        bounds: BTreeMap::new(),
        paused: BTreeMap::new(),
        credentials: None,
        broker: BrokerInputs::default(),
        database: crate::DatabaseInputs::default(),
        operator_namespace: "shop-system".to_owned(),
    }
}

/// Of a cluster that knows every kind, while the operator is at work.
pub fn inputs_of_scaled() -> Inputs {
    Inputs {
        offers: Offers::all(),
        bounds: BTreeMap::from([(Role::Gateway, Bounds { min: 3, max: 5 })]),
        paused: BTreeMap::from([(Role::Catalog, 7)]),
        credentials: Some(Credentials::Basic),
        ..inputs()
    }
}

/// The stack of a sample, as it would be in a cluster.
pub fn sample(text: &str) -> EcommerceStack {
    let documents =
        serde_yaml::Deserializer::from_str(text).map(|document| Value::deserialize(document).unwrap());
    let stack = documents.filter(|document| document["kind"] == "EcommerceStack").last().unwrap();
    in_cluster(stack)
}

/// One of several in a file.
pub fn in_file(text: &str, index: usize) -> EcommerceStack {
    let mut documents = serde_yaml::Deserializer::from_str(text);
    in_cluster(Value::deserialize(documents.nth(index).unwrap()).unwrap())
}

/// What a key of a Secret holds.
pub fn value_of(desired: &Desired, secret: &str, key: &str) -> Option<String> {
    let value = find(desired, "Secret", secret)?.value()["data"][key].as_str()?;
    Some(String::from_utf8(BASE64_STANDARD.decode(value).unwrap()).unwrap())
}

pub fn with_spec(spec: Value) -> EcommerceStack {
    in_cluster(json!({ "metadata": { "name": "shop", "namespace": "shop" }, "spec": spec }))
}

fn in_cluster(mut stack: Value) -> EcommerceStack {
    stack["apiVersion"] = json!("ecommercestack.dev/v1alpha1");
    stack["kind"] = json!("EcommerceStack");
    stack["metadata"]["uid"] = json!("8e0fa1a9-36a4-4dd4-b4d7-7b3a0d1d7a3c");
    serde_json::from_value(stack).unwrap()
}

pub fn valid(spec: Value) -> ValidatedStack {
    validate(&with_spec(spec)).unwrap()
}

pub fn built(spec: Value) -> Desired {
    build(&valid(spec), &inputs())
}

pub fn shop() -> EcommerceStack {
    sample(include_str!("../../../../manifests/samples/shop.yaml"))
}

pub fn minimal() -> EcommerceStack {
    sample(include_str!("../../../../manifests/samples/minimal.yaml"))
}

pub fn tuned() -> EcommerceStack {
    sample(include_str!("tuned.yaml"))
}

pub fn scaled() -> EcommerceStack {
    sample(include_str!("scaled.yaml"))
}

/// Three nodes of the broker's, found by what they left behind and by what the spec says.
pub fn clustered() -> EcommerceStack {
    sample(include_str!("clustered.yaml"))
}

pub fn samples() -> Vec<Desired> {
    super::golden::stacks().into_iter().map(|(_, desired)| desired).collect()
}

pub fn find<'a>(desired: &'a Desired, kind: &str, name: &str) -> Option<&'a Manifest> {
    desired.manifests().find(|manifest| manifest.kind().kind == kind && manifest.name() == name)
}

/// The pod templates of all Deployments, StatefulSets and Jobs.
pub fn templates(desired: &Desired) -> impl Iterator<Item = (&Manifest, &Value)> {
    desired
        .manifests()
        .map(|manifest| {
            let spec = &manifest.value()["spec"];
            let of_cron_job = &spec["jobTemplate"]["spec"]["template"];
            (manifest, if of_cron_job.is_object() { of_cron_job } else { &spec["template"] })
        })
        .filter(|(_, template)| template.is_object())
}

pub fn all(desired: &Desired) -> BTreeMap<(&'static str, String), Value> {
    let key = |manifest: &crate::Manifest| (manifest.kind().kind, manifest.name().to_owned());
    desired.manifests().map(|manifest| (key(manifest), manifest.value().clone())).collect()
}

/// The pods that would be started anew.
pub fn restarted(before: &Desired, after: &Desired) -> Vec<String> {
    let (before, after) = (all(before), all(after));
    let template = |value: &Value| value["spec"]["template"].clone();
    let changed = before.iter().filter(|(key, value)| {
        template(value).is_object() && after.get(key).is_some_and(|now| template(now) != template(value))
    });
    changed.map(|((_, name), _)| name.clone()).collect()
}
