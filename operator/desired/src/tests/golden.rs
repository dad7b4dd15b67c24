//! The samples as the API server gets them. A new operator must render the same for an unchanged stack, or it would
//! restart everyone's pods: look twice at every change to these files.

use operator_api::EcommerceStack;
use serde_json::Value;

use super::stacks::{clustered, inputs, inputs_of_scaled, minimal, scaled, shop, tuned};
use crate::{Desired, Inputs, Manifest, build, validate};

fn rendered(stack: &EcommerceStack, inputs: &Inputs) -> String {
    text(&build(&validate(stack).unwrap(), inputs))
}

pub fn text(desired: &Desired) -> String {
    let documents = desired.waves.iter().flat_map(|wave| {
        wave.manifests.iter().map(|manifest| {
            let replicas =
                manifest.initial_replicas().map(|count| format!(", created with {count} replicas"));
            let text = serde_yaml::to_string(&without_secrets(manifest)).unwrap();
            format!("--- # {:?}{}\n{text}", wave.step, replicas.unwrap_or_default())
        })
    });
    documents.collect()
}

/// Secrets are pinned all the same, by the hashes on the pods that read them.
fn without_secrets(manifest: &Manifest) -> Value {
    let mut value = manifest.value().clone();
    if let ("Secret", Some(Value::Object(data))) = (manifest.kind().kind, value.get_mut("data")) {
        data.values_mut().for_each(|secret| *secret = "[secret]".into());
    }
    value
}

#[test]
fn the_sample_shop_is_rendered_as_released() {
    insta::assert_snapshot!(rendered(&shop(), &inputs()));
}

#[test]
fn an_empty_spec_is_rendered_as_released() {
    insta::assert_snapshot!(rendered(&minimal(), &inputs()));
}

#[test]
fn a_tuned_stack_is_rendered_as_released() {
    insta::assert_snapshot!(rendered(&tuned(), &inputs()));
}

#[test]
fn a_broker_of_three_nodes_is_rendered_as_released() {
    insta::assert_snapshot!(rendered(&clustered(), &inputs()));
}

#[test]
fn a_stack_that_is_scaled_in_every_way_is_rendered_as_released() {
    insta::assert_snapshot!(rendered(&scaled(), &inputs_of_scaled()));
}
