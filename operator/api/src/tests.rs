//! The schema as the API server enforces it, and every rule of it.

mod rules;
mod schema;

use std::sync::LazyLock;

use kube::CustomResourceExt;
use serde_json::Value;

use crate::EcommerceStack;

/// What the API server validates objects against.
fn schema() -> &'static Value {
    static SCHEMA: LazyLock<Value> = LazyLock::new(|| {
        let definition = serde_json::to_value(EcommerceStack::crd()).unwrap();
        definition["spec"]["versions"][0]["schema"]["openAPIV3Schema"].clone()
    });
    &SCHEMA
}
