//! What an order wants, one line per SKU.

use std::collections::BTreeMap;

use contracts::messages::orders::StockLine;
use kernel::Sku;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub sku: Sku,
    /// May be more than one line of an order can ask for, where several ask for the same SKU.
    pub pieces: i64,
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
    use kernel::Quantity;
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
    }
}
