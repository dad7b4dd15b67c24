//! A role of the shop: Deployment, Service, what guards and scales it and, for the gateway, the way in.

mod deployment;
mod door;

use contracts::Role;
use serde_json::json;

use crate::manifest::Component;
use crate::{Inputs, Manifest, ServicePlan, ValidatedStack, disruption, metadata, names, pod, scaler};

pub fn manifests(
    stack: &ValidatedStack,
    inputs: &Inputs,
    plan: &ServicePlan,
    secret: Option<&Manifest>,
) -> Vec<Manifest> {
    let mut all = vec![deployment::deployment(stack, inputs, plan, secret), service(stack, plan.role)];
    if plan.scaling.least() >= 2 {
        let component = Component::Service(plan.role);
        all.push(disruption::budget(stack, component, names::service(stack, plan.role)));
    }
    all.extend(scaler::scaler(stack, inputs, plan));
    if let (Role::Gateway, Some(door)) = (plan.role, &stack.door) {
        all.extend(door::manifests(stack, inputs, door));
    }
    all
}

fn service(stack: &ValidatedStack, role: Role) -> Manifest {
    let component = Component::Service(role);
    let spec = role.spec();
    let content = json!({
        "spec": {
            "selector": metadata::selector(stack, component),
            "ports": [pod::service_port("http", spec.port), pod::service_port("admin", spec.admin_port)],
        },
    });
    Manifest::new("Service", stack, component, names::service(stack, role), content)
}
