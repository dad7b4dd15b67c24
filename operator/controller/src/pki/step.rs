//! What to do next about a stack's certificates: one step, from what the Secrets hold.

use std::collections::BTreeMap;

use contracts::identity::Part;
use k8s_openapi::jiff::Timestamp;
use operator_desired::{CertificatePlan, Subject};

use super::authority::Keyed;
use super::certificate::{Certificate, blocks};
use super::leaf::{Leaf, due, is_about};
use super::store::{Phase, Store};
use crate::stack_key::StackKey;

pub struct Situation<'a> {
    pub stack: &'a StackKey,
    /// Everyone who is to have a certificate.
    pub subjects: &'a [Subject],
    pub plan: &'a CertificatePlan,
    /// None: there is no CA, or what there is can't be read.
    pub store: Option<&'a Store>,
    /// Those that there are, and that can be read.
    pub leaves: &'a BTreeMap<Part, Leaf>,
    /// The value of the annotation that asks for a rotation.
    pub asked: Option<&'a str>,
    pub now: Timestamp,
}

#[derive(Clone, Debug)]
pub enum Step {
    /// The CA's Secret is to hold this.
    Keep(Box<Store>),
    /// These parts' Secrets are to hold this.
    Issue(BTreeMap<Part, Leaf>),
    /// The rotation goes on once this is so of every pod.
    Prove(Claim),
    Rest,
}

/// What every pod of the stack has to show before a rotation goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim {
    /// It lets in whoever has a certificate of the next CA.
    Trusts,
    /// It shows a certificate of the new CA.
    Shows,
}

pub fn step(situation: &Situation<'_>) -> Step {
    let Some(store) = situation.store else { return Step::Keep(Box::new(beginning(situation))) };
    if store.phase() == Phase::Stable && rotation_is_due(situation, store) {
        return Step::Keep(Box::new(store.rotating_to(authority(situation), situation.asked)));
    }
    let missing: BTreeMap<Part, Leaf> = situation
        .subjects
        .iter()
        .filter_map(|subject| Some((subject.part, wanted(situation, store, subject)?)))
        .collect();
    if !missing.is_empty() {
        return Step::Issue(missing);
    }
    match store.phase() {
        Phase::Stable => Step::Rest,
        Phase::TrustBoth => Step::Prove(Claim::Trusts),
        Phase::Reissue => Step::Prove(Claim::Shows),
    }
}

/// A first CA; or, where certificates of one that was lost are in use, one that nobody is shown before all trust it.
fn beginning(situation: &Situation<'_>) -> Store {
    let fresh = Store::stable(authority(situation), situation.asked);
    let mut known: Vec<String> = situation.leaves.values().flat_map(|leaf| blocks(&leaf.bundle)).collect();
    known.sort();
    known.dedup();
    if known.is_empty() {
        return fresh;
    }
    Store { next: fresh.signing, signing: None, previous: known.concat(), asked: fresh.asked }
}

fn authority(situation: &Situation<'_>) -> Keyed {
    Keyed::authority(situation.stack, situation.plan.authority, situation.now)
}

fn rotation_is_due(situation: &Situation<'_>, store: &Store) -> bool {
    let asked = situation.asked.is_some_and(|value| value != store.asked);
    asked || store.due().is_none_or(|due| situation.now >= due)
}

/// What the part's Secret is to hold; None: what it holds.
fn wanted(situation: &Situation<'_>, store: &Store, subject: &Subject) -> Option<Leaf> {
    let bundle = store.bundle();
    let found = situation.leaves.get(&subject.part);
    match found.filter(|leaf| serves(situation, store, subject, leaf)) {
        Some(leaf) if leaf.bundle == bundle => None,
        Some(leaf) => Some(Leaf { keyed: leaf.keyed.clone(), bundle }),
        None => {
            let keyed = store.signer(situation.now)?.sign(subject, situation.plan.leaf, situation.now)?;
            Some(Leaf { keyed, bundle })
        }
    }
}

fn serves(situation: &Situation<'_>, store: &Store, subject: &Subject, leaf: &Leaf) -> bool {
    let Some(certificate) = leaf.certificate() else { return false };
    let issuers = match store.phase() {
        // While the next CA is not trusted by all, every certificate that is trusted stays.
        Phase::TrustBoth => store.bundle(),
        Phase::Reissue | Phase::Stable => {
            store.signing.as_ref().map_or_else(String::new, |keyed| keyed.certificate.clone())
        }
    };
    let valid =
        |authority: &Certificate| certificate.was_signed_by(authority) && !authority.expired(situation.now);
    is_about(&certificate, subject)
        && situation.now < due(&certificate, subject)
        && blocks(&issuers).iter().filter_map(|block| Certificate::read(block)).any(|issuer| valid(&issuer))
}
