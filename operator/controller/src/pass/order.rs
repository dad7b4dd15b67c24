//! In which order the objects of a wave are changed, and what each waits for. Pure.
//!
//! Services are changed in layers of the call graph: whoever is called before whoever calls, so that nobody meets an older
//! one than it was made for. A service that does not come up keeps the layers after it as they are. Back it goes the other
//! way round.

use std::cmp::Reverse;

use operator_desired::{Component, Step};

use super::applied::{End, Fate};
use super::plan::Prepared;
use super::verdict::Gate;
use super::wanted::Wanted;
use crate::live::Live;
use crate::rollout::{Permission, Soak, runs_pods};

/// What an object finds when it is its turn.
pub struct Situation<'a> {
    pub prepared: &'a Prepared,
    /// Whether the broker lets this wave begin.
    pub served: bool,
    /// Of the waves before.
    pub earlier: &'a [Fate],
    /// Of its own wave, so far.
    pub beside: &'a [Fate],
    pub live: &'a Live,
}

pub fn in_order<'a>(wave: &'a [Wanted], prepared: &Prepared) -> Vec<&'a Wanted> {
    let mut all: Vec<&Wanted> = wave.iter().collect();
    if prepared.release.failure.as_ref().is_some_and(|failure| failure.goes_back) {
        all.sort_by_key(|wanted| layer(wanted.kind.kind, wanted.component, prepared).map(Reverse));
    } else {
        all.sort_by_key(|wanted| layer(wanted.kind.kind, wanted.component, prepared));
    }
    all
}

/// The object as it was before the change that is under way.
pub fn before(wanted: &Wanted, prepared: &Prepared) -> Option<Wanted> {
    prepared.last_good.before(wanted)
}

/// Services do; databases never.
pub fn goes_back(wanted: &Wanted, prepared: &Prepared) -> bool {
    let failed = prepared.release.failure.as_ref().is_some_and(|failure| failure.goes_back);
    failed && layer(wanted.kind.kind, wanted.component, prepared).is_some()
}

/// `None`: it is no Deployment of a service, and comes before all that are.
fn layer(kind: &str, component: Component, prepared: &Prepared) -> Option<usize> {
    match (kind, component) {
        ("Deployment", Component::Service(role)) => Some(prepared.checked.layer(role)),
        _ => None,
    }
}

impl Situation<'_> {
    pub fn gate(&self, wanted: &Wanted, seen_through_before: bool) -> Gate {
        let open = self.served && self.may_follow(wanted);
        let seen_through_before = seen_through_before && wanted.step != Step::Contract;
        Gate { open, seen_through_before, permitted: self.permits(wanted, open) }
    }

    /// What was to be before it is, and works.
    fn may_follow(&self, wanted: &Wanted) -> bool {
        let settled = |fate: &Fate| fate.settled(self.live);
        if !runs_pods(wanted.kind) && wanted.kind.kind != "Job" {
            // What has no pods does not wait until pods may be changed.
            return self.earlier.iter().all(|fate| fate.end == End::Waits || settled(fate));
        }
        // Every pod of a stack that is only just made may come at once.
        let is_new =
            before(wanted, self.prepared).is_none() && self.live.get(wanted.kind, &wanted.name).is_none();
        self.earlier.iter().all(settled) && (is_new || self.is_its_turn(wanted))
    }

    /// Everything that it calls has its new pods.
    fn is_its_turn(&self, wanted: &Wanted) -> bool {
        let Some(own) = layer(wanted.kind.kind, wanted.component, self.prepared) else { return true };
        self.services().filter(|(layer, _)| *layer < own).all(|(_, fate)| fate.settled(self.live))
    }

    /// Everything that calls it has its old pods again.
    pub fn may_go_back(&self, wanted: &Wanted) -> bool {
        let Some(own) = layer(wanted.kind.kind, wanted.component, self.prepared) else { return true };
        self.services().filter(|(layer, _)| *layer > own).all(|(_, fate)| fate.runs(self.live))
    }

    fn services(&self) -> impl Iterator<Item = (usize, &Fate)> {
        self.beside
            .iter()
            .filter_map(|fate| Some((layer(fate.kind.kind, fate.component, self.prepared)?, fate)))
    }

    fn permits(&self, wanted: &Wanted, open: bool) -> bool {
        let of_service = matches!(wanted.component, Component::Service(_));
        match wanted.step {
            Step::Contract => !open || self.prepared.soak == Soak::Over,
            Step::Migrations => self.may_begin() && !self.prepared.services_stopped,
            _ if !runs_pods(wanted.kind) => true,
            _ => self.may_begin() && !(of_service && self.prepared.services_stopped),
        }
    }

    fn may_begin(&self) -> bool {
        self.prepared.release.permission == Permission::Granted
    }
}
