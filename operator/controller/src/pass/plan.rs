//! From what is known to what is to be done. Pure: the last stage before anything is written.

use k8s_openapi::jiff::Timestamp;
use operator_desired::{DefaultImages, Inputs, Invalid, Offers, RootSecret, ValidatedStack, build};

use super::dereference::{Root, Surroundings};
use super::prometheus;
use super::scaling::{self, Orders};
use super::stack::Stack;
use super::wanted::{Wanted, wanted};
use crate::autoscaler::{Registration, Report};
use crate::broker;
use crate::facts::Hurdle;

/// What this pass may do.
pub enum Plan {
    /// Make it so.
    Go(Prepared),
    /// `operation.paused`: look, but touch nothing.
    Look(Prepared),
    /// There is nothing that could be built, so what runs is left alone.
    Leave(Hurdle),
}

/// Built, and not yet applied.
pub struct Prepared {
    pub wanted: Vec<Wanted>,
    /// The hash of all of them.
    pub revision: String,
    /// What they were built from.
    pub checked: Box<ValidatedStack>,
    /// For the autoscaler.
    pub registration: Registration,
}

/// What counts besides the stack and its objects.
pub struct Outlook<'a> {
    pub images: &'a DefaultImages,
    /// The operator's own.
    pub namespace: &'a str,
    pub offers: Offers,
    /// What the autoscaler has found out.
    pub report: &'a Report,
    pub now: Timestamp,
}

pub fn plan(
    stack: &Stack,
    checked: Result<ValidatedStack, Vec<Invalid>>,
    surroundings: &Surroundings,
    outlook: &Outlook<'_>,
) -> Plan {
    let checked = match checked {
        Ok(checked) => checked,
        Err(invalid) => return Plan::Leave(Hurdle::Invalid(invalid)),
    };
    if !surroundings.leaving.is_empty() {
        return Plan::Leave(Hurdle::Leaving(surroundings.leaving.clone()));
    }
    let root = match &surroundings.root {
        Root::Known(root) => root,
        Root::Unusable(why) => return Plan::Leave(Hurdle::Root(why.clone())),
        Root::Absent => return Plan::Leave(Hurdle::NothingMade),
    };
    // Built without it, services would lose the address that they have.
    if let Some(Err(why)) = &surroundings.external {
        return Plan::Leave(Hurdle::Broker(why.clone()));
    }
    debug_assert_eq!(checked.name(), stack.key.name);
    let prepared = prepare(stack, checked, root, surroundings, outlook);
    if prepared.checked.paused() { Plan::Look(prepared) } else { Plan::Go(prepared) }
}

fn prepare(
    stack: &Stack,
    checked: ValidatedStack,
    root: &RootSecret,
    surroundings: &Surroundings,
    outlook: &Outlook<'_>,
) -> Prepared {
    let Orders { bounds, paused } =
        scaling::orders(stack, &checked, &surroundings.live, outlook.report, outlook.now);
    let server = &surroundings.prometheus;
    let known = surroundings.external.clone().and_then(Result::ok);
    let inputs = Inputs {
        root: root.clone(),
        images: outlook.images.clone(),
        offers: outlook.offers,
        bounds,
        paused,
        broker: broker::inputs(&stack.key.name, &surroundings.live, known),
        credentials: server.as_ref().ok().and_then(prometheus::shown),
        operator_namespace: outlook.namespace.to_owned(),
    };
    let (wanted, revision) = wanted(&build(&checked, &inputs));
    let registration = scaling::registration(stack, &checked, server.clone());
    Prepared { wanted, revision, checked: Box::new(checked), registration }
}
