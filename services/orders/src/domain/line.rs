//! So many pieces of one SKU at one price; in a cart the price of today, in an order the one of its checkout.

use kernel::{Money, MoneyError, Quantity, Sku};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    pub sku: Sku,
    pub name: String,
    pub quantity: Quantity,
    pub unit_price: Money,
}

impl Line {
    pub fn total(&self) -> Result<Money, MoneyError> {
        self.unit_price.times(self.quantity)
    }
}

/// `None` where there are no lines.
pub fn sum<'a>(lines: impl IntoIterator<Item = &'a Line>) -> Result<Option<Money>, MoneyError> {
    lines.into_iter().try_fold(None, |sum: Option<Money>, line| {
        let total = line.total()?;
        sum.map_or(Ok(total), |sum| sum.plus(total)).map(Some)
    })
}
