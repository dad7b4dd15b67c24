//! The level of one SKU over all regions, and what is said when it changes.

use contracts::messages::inventory::{StockLevelChanged, StockLow};
use kernel::{Sku, UserId};

pub const ON_HAND_MAX: i64 = 1_000_000_000;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Level {
    pub sku: Sku,
    pub seller: UserId,
    pub on_hand: i64,
    pub reserved: i64,
    /// Fewer available pieces than this are low stock.
    pub threshold: i64,
    /// Grows by one with each change.
    pub version: i64,
}

impl Level {
    pub fn available(&self) -> i64 {
        self.on_hand - self.reserved
    }

    pub fn is_low(&self) -> bool {
        self.available() < self.threshold
    }
}

/// What a SKU's level has become.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    pub level: Level,
    /// How many were low stock before it, and how many there were.
    pub threshold_before: i64,
    pub available_before: i64,
}

impl Change {
    pub fn message(&self) -> StockLevelChanged {
        let Level { sku, on_hand, .. } = &self.level;
        StockLevelChanged { sku: sku.clone(), on_hand: *on_hand, available: self.level.available() }
    }

    /// Where it has just become low: said once, until it has been enough again.
    pub fn warning(&self) -> Option<StockLow> {
        let was_low = self.available_before < self.threshold_before;
        let Level { sku, seller, threshold, .. } = &self.level;
        (self.level.is_low() && !was_low).then(|| StockLow {
            sku: sku.clone(),
            seller_id: *seller,
            available: self.level.available(),
            threshold: *threshold,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn level(available: i64, threshold: i64) -> Level {
        let (sku, seller) = (Sku::parse("A").unwrap(), UserId::new());
        Level { sku, seller, on_hand: available + 3, reserved: 3, threshold, version: 1 }
    }

    proptest! {
        #[test]
        fn a_warning_is_said_once_for_each_time_that_the_level_falls_below(
            threshold in 0_i64..10, levels in proptest::collection::vec(0_i64..20, 1..40),
        ) {
            let mut warned = false;
            for pair in levels.windows(2) {
                let change = Change {
                    level: level(pair[1], threshold),
                    threshold_before: threshold,
                    available_before: pair[0],
                };
                if pair[0] >= threshold {
                    warned = false;
                }
                let said = change.warning().is_some();
                prop_assert!(!(said && warned), "said twice in one fall");
                warned |= said;
                prop_assert!(pair[0] < threshold || (pair[1] < threshold) == said, "not said at all");
            }
        }
    }

    #[test]
    fn a_threshold_above_what_there_is_warns_at_once_but_not_again_when_it_rises() {
        let raised = |from, to| Change { level: level(5, to), threshold_before: from, available_before: 5 };
        assert_eq!(raised(0, 6).warning().unwrap().threshold, 6);
        assert_eq!(raised(6, 9).warning(), None);
        assert_eq!(raised(0, 5).warning(), None);
    }
}
