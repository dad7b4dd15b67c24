//! Objects by which somebody else writes a service's number of pods: an HPA, or KEDA's ScaledObject.
//!
//! The other modes have none: there the operator writes it, or nobody does.

mod behavior;
mod hpa;
mod scaled_object;
mod trigger_authentication;

use operator_api::ScalingMode;

use crate::{Bounds, Inputs, Manifest, ServicePlan, ValidatedStack};

pub use trigger_authentication::trigger_authentication;

pub fn scaler(stack: &ValidatedStack, inputs: &Inputs, plan: &ServicePlan) -> Option<Manifest> {
    match plan.scaling.mode {
        ScalingMode::Hpa => Some(hpa::hpa(stack, inputs, plan)),
        ScalingMode::Keda if inputs.offers.has("ScaledObject") => {
            scaled_object::scaled_object(stack, inputs, plan)
        }
        ScalingMode::Keda | ScalingMode::Native | ScalingMode::Fixed | ScalingMode::External => None,
    }
}

fn bounds(inputs: &Inputs, plan: &ServicePlan) -> Bounds {
    let policy = &plan.scaling.policy;
    inputs.bounds.get(&plan.role).copied().unwrap_or(Bounds { min: policy.min, max: policy.max })
}
