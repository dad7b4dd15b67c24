//! A stack that is known to make sense.

use contracts::Role;
use operator_api::EcommerceStack;

/// A field that can't be carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invalid {
    /// Such as `spec.services.orders.scaling.replicas`.
    pub path: String,
    /// What is wrong, and what to do.
    pub message: String,
}

/// A stack whose every field has been checked; only [`validate`] makes one.
#[derive(Clone, Debug)]
pub struct ValidatedStack {
    name: String,
    namespace: String,
    services: Vec<ServicePlan>,
}

/// An enabled service.
#[derive(Clone, Debug)]
pub struct ServicePlan {
    pub role: Role,
    /// None: the operator's default image.
    pub image: Option<String>,
    pub replicas: u32,
}

impl ValidatedStack {
    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn namespace(&self) -> &str {
        &self.namespace
    }

    /// The enabled services, in the order of the Role table.
    pub fn services(&self) -> &[ServicePlan] {
        &self.services
    }

    /// Where shoppers find the shop; None where nothing leads in from outside.
    pub fn url(&self) -> Option<String> {
        None
    }
}

pub fn validate(stack: &EcommerceStack) -> Result<ValidatedStack, Vec<Invalid>> {
    Ok(ValidatedStack {
        name: stack.metadata.name.clone().unwrap_or_default(),
        namespace: stack.metadata.namespace.clone().unwrap_or_else(|| "default".to_owned()),
        services: Vec::new(),
    })
}
