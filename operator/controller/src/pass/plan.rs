//! From what is known to what is to be done. Pure: the last stage before anything is written.

use std::collections::BTreeMap;

use operator_desired::{DefaultImages, Inputs, Invalid, RootSecret, ValidatedStack, build};

use super::dereference::{Root, Surroundings};
use super::stack::Stack;
use super::wanted::{Wanted, wanted};
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
    /// `scaling.replicas` by the name of the service.
    pub replicas: BTreeMap<String, i32>,
    pub url: Option<String>,
}

pub fn plan(
    stack: &Stack,
    checked: Result<ValidatedStack, Vec<Invalid>>,
    surroundings: &Surroundings,
    images: &DefaultImages,
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
    let prepared = prepare(&checked, root, images);
    debug_assert_eq!(checked.name(), stack.key.name);
    if checked.paused() { Plan::Look(prepared) } else { Plan::Go(prepared) }
}

fn prepare(checked: &ValidatedStack, root: &RootSecret, images: &DefaultImages) -> Prepared {
    let desired = build(checked, &Inputs { root: root.clone(), images: images.clone() });
    let (wanted, revision) = wanted(&desired);
    let replicas = checked
        .services()
        .iter()
        .map(|service| (service.role.name().to_owned(), i32::try_from(service.replicas).unwrap_or(i32::MAX)))
        .collect();
    Prepared { wanted, revision, replicas, url: checked.url() }
}
