//! The rules at one tick, but for the rates.

use crate::band::Band;
use crate::{Fallback, HeldBack, History, Observation, Policy};

pub struct Tick<'a> {
    pub policy: &'a Policy,
    pub history: &'a History,
    pub seen: &'a Observation<'a>,
}

impl Tick<'_> {
    /// Without any value: what there is, and what the policy says when that has lasted.
    pub fn fallback(&self) -> u32 {
        let (current, missing) = (self.seen.current, self.policy.on_missing);
        if self.history.blind_for(self.seen.now) < missing.hold_for {
            return current;
        }
        match missing.then {
            Fallback::Hold => current,
            Fallback::CurrentIfHigher(replicas) => current.max(replicas),
            Fallback::Static(replicas) => replicas,
        }
    }

    /// The number that is closest to the present one of those that suit, as far as min and max let any suit.
    pub fn tolerated(&self, band: Band) -> u32 {
        let bounded = |pods: u32| pods.max(self.policy.min).min(self.policy.max);
        Band { least: bounded(band.least), most: bounded(band.most) }.nearest(self.seen.current)
    }

    /// Why nothing may be scaled in at present, if so.
    pub fn forbids_less(&self) -> Option<HeldBack> {
        let Self { policy, history, seen } = self;
        let unacknowledged = seen.backlog.is_some_and(|backlog| backlog.unacknowledged > 0.0);
        if !seen.is_complete(policy) {
            Some(HeldBack::Missing)
        } else if !history.is_warm(policy, seen.now) {
            Some(HeldBack::Warmup)
        } else if policy.queue && (unacknowledged || history.queue_grows(policy, seen.now)) {
            Some(HeldBack::Queue)
        } else {
            None
        }
    }

    /// Upwards the least, downwards the most that was asked for in the window. Who sleeps is woken at once.
    pub fn stabilized(&self, band: Band, pods: u32) -> u32 {
        let Self { policy, history, seen } = self;
        let bands = |span| history.bands(seen.now, span);
        if pods > seen.current {
            let least =
                bands(policy.scale_up.stabilization).map(|past| past.least).fold(band.least, u32::min);
            let woken = u32::from(seen.current == 0);
            pods.min(least.max(seen.current).max(woken))
        } else {
            let most = bands(policy.scale_down.stabilization).map(|past| past.most).fold(band.most, u32::max);
            pods.max(most.min(seen.current))
        }
    }
}
