//! One pass over one stack, top to bottom: what a reconcile is.
//!
//! Status can only come from an [`Applied`](applied::Applied), which can only come from looking at the cluster after
//! everything was written, or deliberately left alone.

pub mod applied;
mod apply;
mod backup;
mod broker;
mod certificates;
pub mod databases;
mod deployment;
pub mod dereference;
mod external;
pub mod held;
mod observe;
mod order;
pub mod plan;
mod prometheus;
pub mod prune;
mod publish;
mod repair;
mod scaling;
pub mod stack;
pub mod verdict;
pub mod wanted;

use std::sync::Arc;

use kube::runtime::events::Recorder;
use operator_desired::{Contracts, DefaultImages, validate};

use self::plan::Outlook;
use crate::autoscaler::Table;
use crate::broker::Brokers;
use crate::clock::Clock;
use crate::cluster::{Cluster, Outcome};
use crate::discovery::Discovery;
use crate::metrics::CertificateMetrics;
use crate::pki::Prober;
use crate::references::References;
use crate::stack_key::StackKey;
use crate::status::{self, Prospect};
use crate::stubborn::Stubborn;

/// What a pass needs from the process.
pub struct Tools {
    pub cluster: Cluster,
    pub images: DefaultImages,
    pub contracts: Contracts,
    /// The operator's own.
    pub namespace: String,
    pub recorder: Recorder,
    pub references: References,
    pub stubborn: Stubborn,
    pub discovery: Discovery,
    pub clock: Clock,
    /// Asks pods for their certificates.
    pub prober: Prober,
    /// Where it is told when certificates end.
    pub expiries: CertificateMetrics,
    /// Where the autoscaler is told of stacks, and tells of them.
    pub table: Arc<Table>,
    pub brokers: Brokers,
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
        tools.table.forget(key);
        tools.brokers.forget(key);
        tools.expiries.forget(key);
        return Ok(Ending::Gone);
    };
    let (object, held) = match stack.object.as_ref().map(|object| held::held(object, &stack.status)) {
        Ok((object, held)) => (Ok(object), held),
        Err(invalid) => (Err(invalid.clone()), None),
    };
    let checked = object.and_then(|object| validate(&object));
    tools.references.record(key, dereference::names(checked.as_ref().ok()));

    let offers = tools.discovery.offers();
    let mut surroundings =
        dereference::dereference(&tools.cluster, &stack, checked.as_ref().ok(), offers, true).await?;
    let certificates =
        certificates::certificates(tools, &stack, checked.as_ref().ok(), &mut surroundings).await?;
    surroundings.broker = broker::look(tools, &stack, checked.as_ref().ok(), &surroundings).await?;
    let report = tools.table.report(key).unwrap_or_default();
    let outlook = Outlook {
        images: &tools.images,
        contracts: &tools.contracts,
        namespace: &tools.namespace,
        offers,
        report: &report,
        now: tools.clock.now(),
    };
    let plan = plan::plan(&stack, checked, &surroundings, &outlook);
    scaling::introduce(&tools.table, &stack, &plan);
    let applied = apply::apply(tools, &stack, plan, surroundings).await?;
    let report = tools.table.report(key).unwrap_or_default();
    let mut facts = observe::observe(&tools.cluster, &stack, applied, report, tools.clock.now()).await?;
    tools.expiries.record(key, certificates.as_ref());
    facts.refused.extend(certificates.iter().flat_map(|certificates| certificates.refused.clone()));
    facts.certificates = certificates;
    facts.held = held;

    let status = status::assemble(&facts, &stack.status, stack.generation, tools.clock.now());
    publish::publish(tools, &stack, &status).await?;
    Ok(Ending::Seen(status::prospect(&facts, tools.clock.now())))
}

/// Says on the stack that passes over it keep failing, where the API server lets that through.
pub async fn tell_failure(key: &StackKey, tools: &Tools, why: &str) -> Outcome<()> {
    let Some(stack) = stack::fetch(&tools.cluster, key).await? else { return Ok(()) };
    let logs = format!("kubectl -n {} logs -l app.kubernetes.io/name=ecommerce-operator", tools.namespace);
    publish::failure(tools, &stack, format!("{why}; the operator goes on trying: {logs}")).await
}

#[cfg(test)]
pub mod tests;
