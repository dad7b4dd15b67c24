//! What the provider has really done.

use std::collections::{BTreeMap, BTreeSet};

use kernel::OrderId;
use serde_json::Value;

use super::Answer;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HoldState {
    /// The customer was not asked, or said no: nothing is held.
    Nothing,
    /// Waits for the customer to prove who they are.
    Waiting,
    Held,
    Captured,
    Voided,
}

/// One authorisation and what became of it.
#[derive(Clone, Debug)]
pub struct Hold {
    pub id: String,
    /// Of the order that holds it; PayPal's own order has another id.
    pub parent: String,
    /// The shop's key, as it was sent.
    pub key: String,
    pub capture_key: String,
    /// The id of its capture.
    pub capture: String,
    pub amount: String,
    pub currency: String,
    pub state: HoldState,
    /// Why it holds nothing.
    pub refusal: String,
    pub captures: usize,
    pub returns: Vec<Return>,
    pub at: i64,
}

/// Money that was given back.
#[derive(Clone, Debug)]
pub struct Return {
    pub id: String,
    pub key: String,
    pub amount: String,
}

#[derive(Clone, Default)]
pub struct Books {
    pub holds: Vec<Hold>,
    /// Means of payment that are saved for later.
    pub saved: BTreeSet<String>,
    pub(super) events: Vec<Value>,
    /// Under each key: what was asked for, and the answer.
    pub(super) answers: BTreeMap<String, (String, Answer)>,
    pub(super) sessions: BTreeSet<String>,
    serial: u64,
}

impl Books {
    /// Authorisations that were made for the order, those that hold nothing included.
    pub fn of(&self, order_id: OrderId) -> Vec<&Hold> {
        let order_id = order_id.to_string();
        self.holds.iter().filter(|hold| hold.key.starts_with(&order_id)).collect()
    }

    /// How many authorisations of the order have held money.
    pub fn held(&self, order_id: OrderId) -> usize {
        let moved = |hold: &&&Hold| !matches!(hold.state, HoldState::Nothing | HoldState::Waiting);
        self.of(order_id).iter().filter(moved).count()
    }

    pub fn captures(&self, order_id: OrderId) -> usize {
        self.of(order_id).iter().map(|hold| hold.captures).sum()
    }

    pub fn voids(&self, order_id: OrderId) -> usize {
        self.of(order_id).iter().filter(|hold| hold.state == HoldState::Voided).count()
    }

    pub fn returns(&self, order_id: OrderId) -> Vec<Return> {
        self.of(order_id).into_iter().flat_map(|hold| hold.returns.clone()).collect()
    }

    pub(super) fn next(&mut self, prefix: &str) -> String {
        self.serial += 1;
        format!("{prefix}{:06}", self.serial)
    }

    pub(super) fn find(&mut self, id: &str) -> Option<&mut Hold> {
        self.holds.iter_mut().find(|hold| [&hold.id, &hold.capture, &hold.parent].contains(&&id.to_owned()))
    }
}
