//! Parses the spec into a plan, and names every field that can't be carried out.
//!
//! Most of this the schema refuses already; but a stack may be older than a rule, or come from a file.

mod address;
mod database;
mod exposure;
mod findings;
mod images;
mod messaging;
mod metrics;
mod network;
mod observability;
mod operation;
mod overrides;
mod pods;
mod redundancy;
mod scaling;
mod security;
mod servers;
mod services;

use operator_api::{DeletionPolicy, EcommerceStack, MAX_NAME_LENGTH};

use crate::names;
use crate::plan::{Pull, Release, ValidatedStack};
use findings::Findings;

/// A field that can't be carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invalid {
    /// Such as `spec.services.orders.scaling.max`.
    pub path: String,
    /// What is wrong, and what to do.
    pub message: String,
}

impl std::fmt::Display for Invalid {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.path, self.message)
    }
}

pub fn validate(stack: &EcommerceStack) -> Result<ValidatedStack, Vec<Invalid>> {
    let mut findings = Findings::default();
    let spec = &stack.spec;
    let name = name(stack, &mut findings);
    // Only a file leaves it out; a stack in a cluster is always in one.
    let namespace = stack.metadata.namespace.clone().unwrap_or_else(|| "default".to_owned());
    let services = services::plans(spec, &mut findings);
    let plan = ValidatedStack {
        uid: stack.metadata.uid.clone(),
        profile: spec.profile,
        release: Release {
            image: spec.defaults.image.reference.as_ref().map(|image| image.0.clone()),
            version: operation::version(spec, &mut findings),
        },
        alone: redundancy::alone(spec, &services),
        services,
        pull: pull(spec, &mut findings),
        pod_labels: pods::labels(&spec.defaults, &mut findings),
        priority_class: pods::priority_class(&spec.defaults, &mut findings),
        database: database::plan(&spec.database, &name, &mut findings),
        messaging: messaging::plan(spec, &mut findings),
        door: exposure::door(spec, &mut findings),
        network: network::plan(spec, &mut findings),
        observability: observability::plan(spec, &name, &namespace, &mut findings),
        mtls: spec.security.mtls.enabled,
        certificates: security::certificates(spec, &mut findings),
        keeps_volumes: spec.deletion_policy == DeletionPolicy::Retain,
        operation: operation::plan(spec, &mut findings),
        moves_database: spec.operation.migrate_database,
        name,
        namespace,
    };
    findings.into_result(plan)
}

fn name(stack: &EcommerceStack, findings: &mut Findings) -> String {
    let name = stack.metadata.name.clone().unwrap_or_default();
    if name.len() > MAX_NAME_LENGTH || !names::is_label(&name) {
        findings.add(
            "metadata.name",
            format!("must be at most {MAX_NAME_LENGTH} letters, digits and dashes, and begin with a letter: choose another name"),
        );
    }
    name
}

fn pull(spec: &operator_api::EcommerceStackSpec, findings: &mut Findings) -> Pull {
    let image = &spec.defaults.image;
    images::check(image.reference.as_ref(), "spec.defaults.image.reference", findings);
    let secrets: Vec<String> = image.pull_secrets.iter().map(|secret| secret.name.0.clone()).collect();
    for (index, name) in secrets.iter().enumerate() {
        let path = format!("spec.defaults.image.pullSecrets[{index}].name");
        if !names::is_subdomain(name) {
            findings.add(&path, format!("`{name}` can't be the name of a Secret: correct it"));
        }
        if secrets[..index].contains(name) {
            findings.add(&path, format!("`{name}` is named twice: remove one"));
        }
    }
    Pull { policy: image.pull_policy.name(), secrets }
}
