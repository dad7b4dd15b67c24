//! Carts and orders as shoppers see them.

use contracts::api::orders::{Address, CartLineView, CartView, LineView, OrderView, ShipmentView};
use contracts::api::returns::{ReturnLine, ReturnView};
use kernel::{Money, MoneyError};
use platform::Problem;

use super::problems::cart_problem;
use crate::domain::cart::{Cart, CartError, CartLine};
use crate::domain::checkout::Checkout;
use crate::domain::line::{Line, sum};
use crate::domain::returns::Return;
use crate::domain::saga::State;

/// Prices are those of today, so a cart may have become too dear to be shown; or of two currencies: then it has no
/// total until one of them is taken out.
pub fn cart_view(cart: &Cart) -> Result<CartView, Problem> {
    let total = match sum(cart.lines.iter().map(|line| &line.line)) {
        Err(MoneyError::MixedCurrencies { .. }) => None,
        total => total.map_err(|error| cart_problem(&error.into()))?,
    };
    let lines = cart.lines.iter().map(cart_line_view).collect::<Result<_, _>>();
    Ok(CartView {
        id: cart.id,
        version: cart.version,
        lines: lines.map_err(|error| cart_problem(&CartError::from(error)))?,
        total,
        frozen: cart.frozen,
        // What it was, it is in its order.
        changes: if cart.frozen { vec![] } else { cart.changes() },
    })
}

fn cart_line_view(CartLine { line, seen_price, .. }: &CartLine) -> Result<CartLineView, MoneyError> {
    Ok(CartLineView {
        sku: line.sku.clone(),
        name: line.name.clone(),
        quantity: line.quantity,
        unit_price: line.unit_price,
        seen_price: *seen_price,
        total: line.total()?,
    })
}

/// With where it goes, for those who may know.
pub fn shown_at(checkout: &Checkout, address: Option<Address>) -> OrderView {
    OrderView { address, ..order_view(checkout) }
}

pub fn order_view(checkout: &Checkout) -> OrderView {
    let (order, state) = (&checkout.order, &checkout.saga.state);
    let lines = order.lines.iter().map(|line| {
        let total = line.total().expect("the total of the order has been added up from it");
        line_view(line, total)
    });
    OrderView {
        id: order.id,
        version: checkout.revision(),
        status: checkout.status(),
        reason: state.reason().cloned(),
        lines: lines.collect(),
        total: order.total,
        created_at: order.created_at,
        cancellable_until: match state {
            State::Window { until } => Some(*until),
            State::Reserving
            | State::Authorizing { .. }
            | State::Committing { .. }
            | State::Capturing { .. }
            | State::Confirmed
            | State::Voiding { .. }
            | State::Releasing { .. }
            | State::Restocking { .. }
            | State::Refunding { .. }
            | State::Rejected { .. }
            | State::Cancelled { .. } => None,
        },
        charged_back: checkout.charged_back,
        shipment: checkout.fulfilment.shipment().map(|shipment| ShipmentView {
            carrier: shipment.carrier.clone(),
            tracking: shipment.tracking.clone(),
            shipped_at: shipment.shipped_at,
            delivered_at: checkout.fulfilment.delivered_at(),
        }),
        address: None,
    }
}

fn line_view(line: &Line, total: Money) -> LineView {
    LineView {
        sku: line.sku.clone(),
        name: line.name.clone(),
        quantity: line.quantity,
        unit_price: line.unit_price,
        total,
    }
}

pub fn return_view(item: &Return) -> ReturnView {
    let lines = item.lines.iter();
    ReturnView {
        id: item.id,
        order_id: item.order_id,
        status: item.state.status(),
        end_reason: item.state.end_reason().cloned(),
        lines: lines.map(|line| ReturnLine { sku: line.sku.clone(), quantity: line.quantity }).collect(),
        reason: item.reason.clone(),
        amount: item.amount,
        requested_at: item.requested_at,
        goods_until: item.state.goods_until(),
    }
}
