//! Labels and owners: how the objects of a stack are found, and what goes when it goes.

use operator_api::MANAGER;
use serde_json::{Value, json};

use crate::{Component, ValidatedStack};

const PART_OF: &str = "ecommerce-stack";

pub fn of_object(stack: &ValidatedStack, component: Component, name: &str) -> Value {
    let mut metadata = json!({
        "name": name,
        "namespace": stack.namespace,
        "labels": labels(stack, component),
    });
    if let Some(uid) = &stack.uid {
        metadata["ownerReferences"] = json!([{
            "apiVersion": "ecommercestack.dev/v1alpha1",
            "kind": "EcommerceStack",
            "name": stack.name,
            "uid": uid,
            "controller": true,
            "blockOwnerDeletion": true,
        }]);
    }
    metadata
}

/// No version among them: a label that changes with the operator would restart every pod.
pub fn labels(stack: &ValidatedStack, component: Component) -> Value {
    let mut labels = selector(stack, component);
    labels["app.kubernetes.io/part-of"] = json!(PART_OF);
    labels["app.kubernetes.io/managed-by"] = json!(MANAGER);
    labels
}

/// Of a pod: ours over those that the user wants on every one.
pub fn pod_labels(stack: &ValidatedStack, component: Component) -> Value {
    let mut all = json!(stack.pod_labels);
    if let (Some(all), Value::Object(ours)) = (all.as_object_mut(), labels(stack, component)) {
        all.extend(ours);
    }
    all
}

/// The labels that never change. The component is one of them, or a Service would send shoppers to migration pods.
pub fn selector(stack: &ValidatedStack, component: Component) -> Value {
    json!({
        "app.kubernetes.io/name": name(component),
        "app.kubernetes.io/instance": stack.name,
        "app.kubernetes.io/component": component.label(),
    })
}

/// Every pod of every service, but none of a migration.
pub fn selector_of_services(stack: &ValidatedStack) -> Value {
    selector_of(stack, "service")
}

/// Every pod of one sort of component.
pub fn selector_of(stack: &ValidatedStack, component: &str) -> Value {
    let mut selector = selector_of_all(stack);
    selector["app.kubernetes.io/component"] = json!(component);
    selector
}

/// Every pod of the stack.
pub fn selector_of_all(stack: &ValidatedStack) -> Value {
    json!({ "app.kubernetes.io/instance": stack.name, "app.kubernetes.io/part-of": PART_OF })
}

fn name(component: Component) -> &'static str {
    match component {
        Component::Stack => "ecommerce-stack",
        Component::Database => "postgres",
        Component::Messaging => "rabbitmq",
        Component::Prometheus => "prometheus",
        Component::Setup => "setup",
        Component::Backup => "backup",
        Component::Migration(role) | Component::Contract(role) | Component::Service(role) => role.name(),
    }
}
