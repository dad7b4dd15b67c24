//! How many pieces of one SKU.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// 1 to 1,000,000 pieces.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "i64", into = "i64")]
#[schemars(extend("minimum" = 1, "maximum" = 1_000_000))]
pub struct Quantity(i32);

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a quantity is 1 to {max}, not {given}", max = Quantity::MAX.0)]
pub struct QuantityError {
    given: i64,
}

impl Quantity {
    pub const MAX: Self = Self(1_000_000);

    pub fn new(pieces: i64) -> Result<Self, QuantityError> {
        i32::try_from(pieces)
            .ok()
            .filter(|pieces| (1..=Self::MAX.0).contains(pieces))
            .map(Self)
            .ok_or(QuantityError { given: pieces })
    }

    pub fn get(self) -> i32 {
        self.0
    }
}

impl TryFrom<i64> for Quantity {
    type Error = QuantityError;

    fn try_from(pieces: i64) -> Result<Self, QuantityError> {
        Self::new(pieces)
    }
}

impl From<Quantity> for i64 {
    fn from(quantity: Quantity) -> Self {
        quantity.0.into()
    }
}

impl std::fmt::Display for Quantity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}
