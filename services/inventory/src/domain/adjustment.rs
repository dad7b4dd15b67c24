//! Changes of a shelf that no order makes: goods arrive, are counted, break or vanish.

use contracts::api::inventory::AdjustmentReason;
use kernel::{Region, Sku, UserId};

use super::level::ON_HAND_MAX;

/// What is to change, why, and who says so.
#[derive(Clone, Debug)]
pub struct Adjustment {
    pub sku: Sku,
    pub region: Region,
    /// Who must own the SKU.
    pub seller: UserId,
    pub amount: Amount,
    pub reason: AdjustmentReason,
    pub note: Option<String>,
    pub actor: Actor,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Amount {
    /// This many are on the shelf.
    Set(i64),
    /// This many more, or fewer.
    Delta(i64),
}

/// As the ledger names them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    User(UserId),
    /// A seller's own system, by the name under which it is known here.
    Erp(String),
}

impl std::fmt::Display for Actor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::User(user) => write!(f, "user:{user}"),
            Self::Erp(name) => write!(f, "erp:{name}"),
        }
    }
}

/// What lies in one region.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shelf {
    pub on_hand: i64,
    pub reserved: i64,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error("must be 0 to {ON_HAND_MAX}")]
    CountOutOfRange,
    #[error("must not be 0, nor more than {ON_HAND_MAX} either way")]
    DeltaOutOfRange,
    #[error("the shelf would hold more than {ON_HAND_MAX}")]
    ShelfFull,
    #[error("only {on_hand} are there")]
    TooFew { on_hand: i64 },
    #[error("{reserved} are promised to customers")]
    Reserved { reserved: i64 },
}

impl Shelf {
    pub fn available(self) -> i64 {
        self.on_hand - self.reserved
    }

    /// How many are on the shelf after it: nothing that is promised may vanish.
    pub fn adjusted(self, amount: Amount) -> Result<i64, Refused> {
        let on_hand = match amount {
            Amount::Set(counted) if (0..=ON_HAND_MAX).contains(&counted) => counted,
            Amount::Set(_) => return Err(Refused::CountOutOfRange),
            Amount::Delta(delta) if delta != 0 && (-ON_HAND_MAX..=ON_HAND_MAX).contains(&delta) => {
                self.on_hand + delta
            }
            Amount::Delta(_) => return Err(Refused::DeltaOutOfRange),
        };
        if on_hand > ON_HAND_MAX {
            return Err(Refused::ShelfFull);
        }
        if on_hand < 0 {
            return Err(Refused::TooFew { on_hand: self.on_hand });
        }
        if on_hand < self.reserved {
            return Err(Refused::Reserved { reserved: self.reserved });
        }
        Ok(on_hand)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shelves() -> impl Strategy<Value = Shelf> {
        (0_i64..2_000, 0_i64..2_000)
            .prop_map(|(one, other)| Shelf { on_hand: one.max(other), reserved: one.min(other) })
    }

    proptest! {
        #[test]
        fn a_count_leaves_what_was_counted_and_never_less_than_is_promised(
            shelf in shelves(), counted in -10_i64..2_000,
        ) {
            match shelf.adjusted(Amount::Set(counted)) {
                Ok(on_hand) => prop_assert!(on_hand == counted && counted >= shelf.reserved),
                Err(Refused::Reserved { .. }) => prop_assert!((0..shelf.reserved).contains(&counted)),
                Err(refused) => prop_assert!(refused == Refused::CountOutOfRange && counted < 0),
            }
        }

        #[test]
        fn a_difference_is_taken_whole_or_not_at_all(shelf in shelves(), delta in -4_000_i64..2_000) {
            let after = shelf.on_hand + delta;
            match shelf.adjusted(Amount::Delta(delta)) {
                Ok(on_hand) => prop_assert!(on_hand == after && after >= shelf.reserved && delta != 0),
                Err(Refused::TooFew { .. }) => prop_assert!(after < 0),
                Err(Refused::Reserved { .. }) => prop_assert!((0..shelf.reserved).contains(&after)),
                Err(refused) => prop_assert!(refused == Refused::DeltaOutOfRange && delta == 0),
            }
        }
    }

    #[test]
    fn a_thousand_million_is_the_most() {
        let (empty, full) = (Shelf::default(), Shelf { on_hand: ON_HAND_MAX, reserved: 0 });
        assert_eq!(empty.adjusted(Amount::Set(ON_HAND_MAX)), Ok(ON_HAND_MAX));
        assert_eq!(empty.adjusted(Amount::Set(ON_HAND_MAX + 1)), Err(Refused::CountOutOfRange));
        assert_eq!(empty.adjusted(Amount::Delta(ON_HAND_MAX)), Ok(ON_HAND_MAX));
        assert_eq!(full.adjusted(Amount::Delta(1)), Err(Refused::ShelfFull));
        for delta in [i64::MIN, i64::MAX, ON_HAND_MAX + 1] {
            assert_eq!(full.adjusted(Amount::Delta(delta)), Err(Refused::DeltaOutOfRange));
        }
    }
}
