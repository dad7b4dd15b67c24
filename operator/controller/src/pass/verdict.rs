//! What to do about one object. Pure.
//!
//! The gate holds back changes, not upkeep: an object that was applied in its present form before is repaired and
//! brought back whatever the state of the waves before it.

use super::wanted::Wanted;
use crate::compare::first_difference;
use crate::live::LiveObject;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// All that we want is there.
    Keep,
    Create,
    Write(Why),
    /// A change that has to wait for an earlier wave.
    Hold,
    /// A change that somebody or the clock has not permitted yet.
    Wait,
    /// It is being deleted; only what comes after it can be ours.
    Leave,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// We want something else than when it was last applied.
    Changed,
    /// Somebody else wrote to this field.
    Edited(String),
    /// It is as we want it, but by another hand: a creation that was cut short, or a restored backup.
    NotOurs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gate {
    /// Every earlier wave is applied and healthy.
    pub open: bool,
    /// Exactly this set of objects has been applied completely before, so what is missing was there once.
    pub seen_through_before: bool,
    /// Changes of this object may begin.
    pub permitted: bool,
}

impl Gate {
    /// For what was there once, and is to be so again.
    pub const UPKEEP: Self = Self { open: true, seen_through_before: true, permitted: true };
}

pub fn verdict(wanted: &Wanted, live: Option<&LiveObject>, gate: Gate) -> Verdict {
    let Some(live) = live else {
        return match gate {
            Gate { seen_through_before: true, .. } => Verdict::Create,
            Gate { permitted: false, .. } => Verdict::Wait,
            Gate { open: true, .. } => Verdict::Create,
            Gate { open: false, .. } => Verdict::Hold,
        };
    };
    if live.terminating() {
        return Verdict::Leave;
    }
    if live.applied_hash() != Some(&wanted.hash) {
        return match gate {
            Gate { permitted: false, .. } => Verdict::Wait,
            Gate { open: true, .. } => Verdict::Write(Why::Changed),
            Gate { open: false, .. } => Verdict::Hold,
        };
    }
    match first_difference(&wanted.value, &live.value) {
        Some(path) => Verdict::Write(Why::Edited(path)),
        None if !live.owned => Verdict::Write(Why::NotOurs),
        None => Verdict::Keep,
    }
}
