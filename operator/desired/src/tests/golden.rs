//! Whole stacks as the API server gets them. A new operator must render the same for an unchanged stack, or it would restart
//! everyone's pods: look twice at every change to these files.

mod released;
mod stacks;

use serde_json::Value;

use crate::{Desired, Manifest};

pub use stacks::{stacks, traced};

#[test]
fn every_stack_is_rendered_as_released() {
    for (name, desired) in stacks() {
        insta::assert_snapshot!(name, text(&desired));
    }
}

fn text(desired: &Desired) -> String {
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

/// Secrets are pinned all the same, by the digests of what was released.
fn without_secrets(manifest: &Manifest) -> Value {
    let mut value = manifest.value().clone();
    if let ("Secret", Some(Value::Object(data))) = (manifest.kind().kind, value.get_mut("data")) {
        data.values_mut().for_each(|secret| *secret = "[secret]".into());
    }
    value
}
