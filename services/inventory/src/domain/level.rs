//! The level of one SKU.

use contracts::messages::inventory::StockLevelChanged;
use kernel::Sku;

const ON_HAND_MAX: i64 = 1_000_000_000;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Level {
    pub sku: Sku,
    pub on_hand: i64,
    pub reserved: i64,
    /// Grows by one with each change.
    pub version: i64,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AdjustError {
    #[error("must be 0 to {ON_HAND_MAX}")]
    OutOfRange,
    #[error("{reserved} are promised to customers")]
    Reserved { reserved: i64 },
}

impl Level {
    pub fn available(&self) -> i64 {
        self.on_hand - self.reserved
    }

    /// How much `on_hand` changes when the seller counts `counted`: nothing that is promised may vanish.
    pub fn adjustment(&self, counted: i64) -> Result<i64, AdjustError> {
        if !(0..=ON_HAND_MAX).contains(&counted) {
            return Err(AdjustError::OutOfRange);
        }
        if counted < self.reserved {
            return Err(AdjustError::Reserved { reserved: self.reserved });
        }
        Ok(counted - self.on_hand)
    }

    pub fn message(&self) -> StockLevelChanged {
        StockLevelChanged { sku: self.sku.clone(), on_hand: self.on_hand, available: self.available() }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn an_adjustment_leaves_what_was_counted_and_never_less_than_is_promised(
            on_hand in 0_i64..2_000, reserved in 0_i64..2_000, counted in -10_i64..2_000,
        ) {
            prop_assume!(reserved <= on_hand);
            let level = Level { sku: Sku::parse("A").unwrap(), on_hand, reserved, version: 1 };
            match level.adjustment(counted) {
                Ok(delta) => prop_assert!(on_hand + delta == counted && counted >= reserved),
                Err(AdjustError::OutOfRange) => prop_assert!(counted < 0),
                Err(AdjustError::Reserved { .. }) => prop_assert!((0..reserved).contains(&counted)),
            }
        }
    }

    #[test]
    fn a_thousand_million_is_the_most() {
        let level = Level { sku: Sku::parse("A").unwrap(), on_hand: 0, reserved: 0, version: 0 };
        assert_eq!(level.adjustment(1_000_000_000), Ok(1_000_000_000));
        assert_eq!(level.adjustment(1_000_000_001), Err(AdjustError::OutOfRange));
    }
}
