//! The schema as the API server enforces it, and every rule of it.

mod rules;
mod schema;

use kube::CustomResourceExt;
use serde_json::Value;

use crate::EcommerceStack;

/// What the API server validates objects against.
fn schema() -> Value {
    let definition = serde_json::to_value(EcommerceStack::crd()).unwrap();
    definition["spec"]["versions"][0]["schema"]["openAPIV3Schema"].clone()
}
