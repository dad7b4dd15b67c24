//! Each rule that the API server evaluates: what it refuses, by which path, and what it lets pass.

mod database;
mod every_rule;
mod exposure;
mod forms;
mod messaging;
mod operation;
mod pods;
mod scaling;
mod security;
mod services;
mod storage;

use kube_cel::{ValidationError, Validator};
use serde_json::{Value, json};

use super::schema;

fn stack(name: &str, spec: Value) -> Value {
    let stack = json!({ "metadata": { "name": name }, "spec": spec });
    kube_cel::apply_defaults(schema(), &stack)
}

fn errors(new: &Value, old: Option<&Value>) -> Vec<ValidationError> {
    let checked = Validator::new().validate(schema(), new, old);
    checked.err().map(|errors| errors.into_vec()).unwrap_or_default()
}

/// The paths of what is refused.
fn refused(new: &Value, old: Option<&Value>) -> Vec<String> {
    errors(new, old).into_iter().map(|error| error.field_path).collect()
}

fn created(spec: Value) -> Vec<String> {
    refused(&stack("shop", spec), None)
}

fn changed(from: Value, to: Value) -> Vec<String> {
    refused(&stack("shop", to), Some(&stack("shop", from)))
}

#[test]
fn an_empty_spec_is_accepted() {
    assert!(created(json!({})).is_empty());
    assert!(changed(json!({}), json!({})).is_empty());
}

#[test]
fn a_name_that_children_could_not_carry_is_refused() {
    for name in ["a-very-long-name-of-a-shop-33-char", "1shop", "shop.eu", "shop-"] {
        assert_eq!(refused(&stack(name, json!({})), None), [""], "{name}");
    }
    assert!(refused(&stack("an-almost-too-long-name-of-a-sho", json!({})), None).is_empty());
}
