//! The Job that copies every database from the mode where the data is to the one where it is going, while nobody writes.

use operator_api::DatabaseMode;

use super::errand::{Errand, job_of};
use crate::{Component, Inputs, Manifest, ValidatedStack};

pub fn configuration(stack: &ValidatedStack, inputs: &Inputs) -> Vec<Manifest> {
    with_errand(stack, inputs, |errand| errand.configuration(Vec::new())).unwrap_or_default()
}

pub fn job(stack: &ValidatedStack, inputs: &Inputs) -> Option<Manifest> {
    with_errand(stack, inputs, |errand| {
        // A target with the data of another stack, or of an earlier life of this one, must not be taken for a copy that was cut short.
        let owner = stack.uid.clone().unwrap_or_default();
        let spec = errand.pod_spec(&errand.container(&[("STACK_UID", owner)]));
        let configuration = errand.configuration(Vec::new());
        job_of(stack, Component::Setup, errand.name, &spec, &configuration.iter().collect::<Vec<_>>())
    })
}

fn with_errand<T>(stack: &ValidatedStack, inputs: &Inputs, act: impl FnOnce(&Errand<'_>) -> T) -> Option<T> {
    let (from, to) = inputs.database.state.copying()?;
    let databases: [(&'static str, DatabaseMode); 2] = [("from-", from), ("to-", to)];
    Some(act(&Errand {
        stack,
        inputs,
        component: Component::Setup,
        name: "move",
        script: include_str!("mover/move.sh"),
        databases: &databases,
    }))
}
