//! What was bought, by whom and for how much. Never changes; how far it is, is the saga's matter.

use kernel::{Money, OrderId, Region, Timestamp, UserId};

use super::cart::{Cart, CartError};
use super::line::{Line, sum};

#[derive(Clone, Debug, PartialEq)]
pub struct Order {
    pub id: OrderId,
    pub customer_id: UserId,
    pub lines: Vec<Line>,
    pub total: Money,
    /// From where it is best sent.
    pub region: Option<Region>,
    pub created_at: Timestamp,
}

impl Order {
    /// Takes over the cart's lines with the prices that they have now.
    pub fn of(cart: Cart, id: OrderId, customer_id: UserId, now: Timestamp) -> Result<Self, CartError> {
        let lines: Vec<Line> = cart.lines.into_iter().map(|line| line.line).collect();
        let total = sum(&lines)?.ok_or(CartError::Empty)?;
        Ok(Self { id, customer_id, lines, total, region: None, created_at: now })
    }
}
