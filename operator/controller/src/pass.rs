//! One pass over one stack, top to bottom: what a reconcile is.
//!
//! Status can only come from an [`Applied`](applied::Applied), which can only come from looking at the cluster after
//! everything was written, or deliberately left alone.

pub mod applied;
mod apply;
mod deployment;
mod dereference;
mod observe;
mod plan;
mod prune;
mod publish;
mod repair;
mod scale;
mod stack;
mod verdict;
mod wanted;

use k8s_openapi::jiff::Timestamp;
use kube::runtime::events::Recorder;
use operator_desired::{DefaultImages, validate};

use crate::cluster::{Cluster, Outcome};
use crate::references::References;
use crate::stack_key::StackKey;
use crate::status::{self, Prospect};
use crate::stubborn::Stubborn;

/// What a pass needs from the process.
pub struct Tools {
    pub cluster: Cluster,
    pub images: DefaultImages,
    pub recorder: Recorder,
    pub references: References,
    pub stubborn: Stubborn,
}

/// How a pass ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// There is no such stack, or it is being deleted: garbage collection does the rest.
    Gone,
    Seen(Prospect),
}

pub async fn pass(key: &StackKey, tools: &Tools) -> Outcome<Ending> {
    let Some(stack) = stack::fetch(&tools.cluster, key).await? else {
        tools.references.forget(key);
        return Ok(Ending::Gone);
    };
    let checked = stack.object.as_ref().map_err(Clone::clone).and_then(validate);
    tools.references.record(key, dereference::names(checked.as_ref().ok()));

    let surroundings = dereference::dereference(&tools.cluster, &stack, checked.as_ref().ok()).await?;
    let plan = plan::plan(&stack, checked, &surroundings, &tools.images);
    let applied = apply::apply(tools, &stack, plan, surroundings).await?;
    let facts = observe::observe(&tools.cluster, &stack, applied).await?;

    let status = status::assemble(&facts, &stack.status, stack.generation, Timestamp::now());
    publish::publish(tools, &stack, &status).await?;
    Ok(Ending::Seen(status::prospect(&facts)))
}

#[cfg(test)]
mod tests;
