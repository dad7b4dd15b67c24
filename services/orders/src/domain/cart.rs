//! What a shopper means to buy, and what has changed since they saw it.

use contracts::api::orders::{CartChange, SeenPrice};
use kernel::{CartId, Money, MoneyError, Quantity, Sku};

use super::line::{Line, sum};

/// Lines that a cart, and so an order, may have.
pub const MAX_LINES: usize = 50;

#[derive(Clone, Debug, PartialEq)]
pub struct Cart {
    pub id: CartId,
    /// Grows with each change.
    pub version: i64,
    /// It has become an order.
    pub frozen: bool,
    /// In the order in which they were put in.
    pub lines: Vec<CartLine>,
}

/// A line at today's price, and what is known of the product.
#[derive(Clone, Debug, PartialEq)]
pub struct CartLine {
    pub line: Line,
    /// What the shopper put it in for, or has accepted since.
    pub seen_price: Money,
    pub on_sale: bool,
    /// As last heard from inventory; `None`: nothing yet.
    pub available: Option<i64>,
}

#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum CartError {
    #[error("the cart has become an order")]
    Frozen,
    #[error("the cart is empty")]
    Empty,
    #[error("a cart has at most {MAX_LINES} lines")]
    TooManyLines,
    #[error("the lines of a cart have one currency")]
    MixedCurrencies,
    #[error("the cart is worth more than can be paid")]
    AmountTooLarge,
}

impl From<MoneyError> for CartError {
    fn from(error: MoneyError) -> Self {
        match error {
            MoneyError::MixedCurrencies { .. } => Self::MixedCurrencies,
            MoneyError::Overflow | MoneyError::UnknownCurrency(_) => Self::AmountTooLarge,
        }
    }
}

impl CartLine {
    fn change(&self) -> Option<CartChange> {
        let Line { sku, quantity, unit_price, .. } = &self.line;
        let sku = sku.clone();
        if !self.on_sale {
            return Some(CartChange::Withdrawn { sku });
        }
        if *unit_price != self.seen_price {
            return Some(CartChange::PriceChanged { sku, from: self.seen_price, to: *unit_price });
        }
        let available = self.available.filter(|available| *available < i64::from(*quantity))?;
        Some(CartChange::Unavailable { sku, wanted: *quantity, available })
    }
}

impl Cart {
    /// Adds the line, or replaces the one of the same SKU.
    pub fn put(&mut self, line: CartLine) -> Result<(), CartError> {
        if self.frozen {
            return Err(CartError::Frozen);
        }
        let mut lines = self.lines.clone();
        match lines.iter().position(|present| present.line.sku == line.line.sku) {
            Some(present) => lines[present] = line,
            None if lines.len() == MAX_LINES => return Err(CartError::TooManyLines),
            None => lines.push(line),
        }
        sum(lines.iter().map(|line| &line.line))?;
        self.lines = lines;
        self.version += 1;
        Ok(())
    }

    /// Whether there was one.
    pub fn remove(&mut self, sku: &Sku) -> Result<bool, CartError> {
        if self.frozen {
            return Err(CartError::Frozen);
        }
        let before = self.lines.len();
        self.lines.retain(|line| line.line.sku != *sku);
        let removed = self.lines.len() < before;
        self.version += i64::from(removed);
        Ok(removed)
    }

    /// Takes over what is in a guest's cart, all of it or nothing. Of what is in both, the pieces are added up, to the
    /// most that a line may have; the price that was seen last is the guest's.
    pub fn merge(&mut self, guest: Vec<CartLine>) -> Result<(), CartError> {
        let mut merged = self.clone();
        for mut line in guest {
            let there = merged.lines.iter().find(|present| present.line.sku == line.line.sku);
            line.line.quantity =
                there.map_or(line.line.quantity, |there| both(there.line.quantity, line.line.quantity));
            merged.put(line)?;
        }
        merged.version = self.version + 1;
        *self = merged;
        Ok(())
    }

    /// The shopper has seen these prices. One that is not today's is remembered all the same: then the line has still
    /// changed.
    pub fn acknowledge(&mut self, seen: &[SeenPrice]) -> Result<(), CartError> {
        if self.frozen {
            return Err(CartError::Frozen);
        }
        for line in &mut self.lines {
            if let Some(seen) = seen.iter().find(|seen| seen.sku == line.line.sku) {
                line.seen_price = seen.unit_price;
            }
        }
        self.version += 1;
        Ok(())
    }

    /// What is not as the shopper saw it, or can't be had.
    pub fn changes(&self) -> Vec<CartChange> {
        self.lines.iter().filter_map(CartLine::change).collect()
    }
}

fn both(one: Quantity, other: Quantity) -> Quantity {
    Quantity::new(i64::from(one) + i64::from(other)).unwrap_or(Quantity::MAX)
}

#[cfg(test)]
mod tests;
