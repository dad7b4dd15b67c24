//! What a customer may send back: never more than was bought, over all returns of the order.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{Money, Quantity, ReturnId, Sku};

use super::{Advance, Command, Pieces, Return, State, wakes_at};
use crate::domain::checkout::Checkout;
use crate::domain::saga::Moment;

/// What the customer asks for.
#[derive(Clone, Debug)]
pub struct Requested {
    pub lines: Vec<Pieces>,
    pub reason: String,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    #[error("there is nothing to return")]
    Nothing,
    #[error("{0} is listed more than once")]
    Twice(Sku),
    #[error("{sku}: {left} left to return")]
    TooMany { sku: Sku, left: i64 },
}

impl Return {
    /// `claimed`: pieces in returns of the order that are open or completed.
    pub fn request(
        checkout: &Checkout,
        claimed: &BTreeMap<Sku, i64>,
        requested: Requested,
        moment: Moment,
    ) -> Result<Advance, RequestError> {
        let order = &checkout.order;
        let amount = worth(checkout, claimed, &requested.lines)?;
        let state = State::Requested;
        let item = Self {
            id: ReturnId::new(),
            order_id: order.id,
            customer_id: order.customer_id,
            lines: requested.lines,
            reason: requested.reason,
            amount,
            order_version: checkout.revision() + 1,
            attempts: 0,
            deadline: wakes_at(&state, 0, moment),
            state,
            requested_at: moment.now,
            entered_at: moment.now,
        };
        Ok(Advance { item, command: Some(Command::ReturnRequested) })
    }
}

/// At the prices of the checkout.
fn worth(checkout: &Checkout, claimed: &BTreeMap<Sku, i64>, lines: &[Pieces]) -> Result<Money, RequestError> {
    if lines.is_empty() {
        return Err(RequestError::Nothing);
    }
    let (order, mut seen) = (&checkout.order, BTreeSet::new());
    let mut amount = Money::new(0, order.total.currency);
    for Pieces { sku, quantity } in lines {
        if !seen.insert(sku) {
            return Err(RequestError::Twice(sku.clone()));
        }
        let bought = order.lines.iter().find(|line| line.sku == *sku);
        let pieces = bought.map_or(0, |line| line.quantity.get().into());
        let left: i64 = pieces - claimed.get(sku).copied().unwrap_or_default();
        let line = bought.filter(|_| i64::from(*quantity) <= left);
        let line = line.ok_or_else(|| RequestError::TooMany { sku: sku.clone(), left: left.max(0) })?;
        amount = add(amount, line.unit_price, *quantity);
    }
    Ok(amount)
}

fn add(amount: Money, unit_price: Money, quantity: Quantity) -> Money {
    let price = unit_price.times(quantity);
    price.and_then(|price| amount.plus(price)).expect("a part of the order's total, which has been added up")
}
