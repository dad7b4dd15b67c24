//! Which shelves the pieces of a return go back to: those that they came from, and no more than came from there.

use kernel::Sku;

use super::lines::{Line, Part};

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{wanted} of {sku} can't come back, only {gone} are with the customer")]
pub struct TooMany {
    pub sku: Sku,
    pub wanted: i64,
    pub gone: i64,
}

/// `gone` is what has left the shelves for the order and is not back yet; they are filled in this order.
/// `lines` name each SKU once.
pub fn take_back(gone: &[Part], lines: &[Line]) -> Result<Vec<Part>, TooMany> {
    let mut parts = Vec::new();
    for line in lines {
        let mut left = line.pieces;
        for from in gone.iter().filter(|from| from.sku == line.sku) {
            let pieces = left.min(from.pieces);
            left -= pieces;
            if pieces > 0 {
                parts.push(Part { sku: from.sku.clone(), region: from.region.clone(), pieces });
            }
        }
        if left > 0 {
            return Err(TooMany { sku: line.sku.clone(), wanted: line.pieces, gone: line.pieces - left });
        }
    }
    Ok(parts)
}

#[cfg(test)]
mod tests {
    use kernel::Region;
    use proptest::prelude::*;

    use super::*;

    fn line(sku: &str, pieces: i64) -> Line {
        Line { sku: Sku::parse(sku).unwrap(), pieces }
    }

    proptest! {
        #[test]
        fn all_come_back_to_where_they_came_from_or_none(
            gone in proptest::collection::btree_map(("[AB]", "[a-d]"), 0_i64..20, 0..8),
            wanted in proptest::collection::btree_map("[ABC]", 1_i64..40, 1..4),
        ) {
            let gone: Vec<Part> = gone
                .iter()
                .map(|((sku, region), pieces)| Part {
                    sku: Sku::parse(sku).unwrap(),
                    region: Region::parse(region).unwrap(),
                    pieces: *pieces,
                })
                .collect();
            let lines: Vec<Line> = wanted.iter().map(|(sku, pieces)| line(sku, *pieces)).collect();
            let of = |sku: &Sku| gone.iter().filter(|g| g.sku == *sku).map(|g| g.pieces).sum::<i64>();
            match take_back(&gone, &lines) {
                Ok(parts) => {
                    for line in &lines {
                        let back = parts.iter().filter(|part| part.sku == line.sku).map(|part| part.pieces);
                        prop_assert_eq!(back.sum::<i64>(), line.pieces);
                    }
                    for part in &parts {
                        let from = gone.iter().find(|g| (&g.sku, &g.region) == (&part.sku, &part.region));
                        prop_assert!(part.pieces > 0 && from.is_some_and(|from| part.pieces <= from.pieces));
                    }
                }
                Err(wrong) => prop_assert!(wrong.wanted > wrong.gone && wrong.gone == of(&wrong.sku)),
            }
            prop_assert!(lines.iter().any(|line| line.pieces > of(&line.sku)) == take_back(&gone, &lines).is_err());
        }
    }
}
