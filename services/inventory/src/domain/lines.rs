//! What an order wants, one line per SKU, and what it gets, one part per SKU and region.

use std::collections::BTreeMap;

use contracts::messages::inventory::Allocation;
use contracts::messages::orders::StockLine;
use kernel::{Quantity, Region, Sku};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub sku: Sku,
    /// May be more than one line of an order can ask for, where several ask for the same SKU.
    pub pieces: i64,
}

/// Pieces of a SKU from or for one region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    pub sku: Sku,
    pub region: Region,
    pub pieces: i64,
}

impl Part {
    /// As others are told: in several allocations where there are more pieces than one may name.
    pub fn allocations(&self) -> impl Iterator<Item = Allocation> {
        let most = i64::from(Quantity::MAX);
        let rest = Quantity::new(self.pieces % most).ok();
        let full = usize::try_from(self.pieces / most).unwrap_or_default();
        std::iter::repeat_n(Quantity::MAX, full).chain(rest).map(|quantity| Allocation {
            sku: self.sku.clone(),
            region: self.region.clone(),
            quantity,
        })
    }
}

/// One line per SKU, in the order of SKUs: the order in which all transactions lock them.
pub fn merge(lines: &[StockLine]) -> Vec<Line> {
    let mut pieces: BTreeMap<&Sku, i64> = BTreeMap::new();
    for line in lines {
        let of_this = pieces.entry(&line.sku).or_default();
        *of_this = of_this.saturating_add(line.quantity.into());
    }
    pieces.into_iter().map(|(sku, pieces)| Line { sku: sku.clone(), pieces }).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn merging_keeps_every_piece_and_names_each_sku_once(
            wanted in proptest::collection::vec(("[A-E]", 1_i64..=1_000_000), 0..20),
        ) {
            let lines: Vec<StockLine> = wanted
                .iter()
                .map(|(sku, pieces)| StockLine { sku: Sku::parse(sku).unwrap(), quantity: Quantity::new(*pieces).unwrap() })
                .collect();
            let merged = merge(&lines);
            let total: i64 = wanted.iter().map(|(_, pieces)| pieces).sum();
            prop_assert_eq!(merged.iter().map(|line| line.pieces).sum::<i64>(), total);
            prop_assert!(merged.is_sorted_by(|one, next| one.sku < next.sku));
        }

        #[test]
        fn allocations_name_every_piece(pieces in 1_i64..5_000_000) {
            let part = Part { sku: Sku::parse("A").unwrap(), region: Region::default(), pieces };
            prop_assert_eq!(part.allocations().map(|one| i64::from(one.quantity)).sum::<i64>(), pieces);
        }
    }
}
