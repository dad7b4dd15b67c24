//! Places in the ledger, and what it must not be: different from the levels.

use std::fmt::{Display, Formatter};

use chrono::DateTime;
use kernel::{Region, Sku, Timestamp};
use serde::{Deserialize, Serialize};

/// A row of the ledger, as the query of the next page names it: `1764000000000000-42`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Cursor {
    pub at: Timestamp,
    pub id: i64,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not the id of a movement")]
pub struct CursorError;

impl TryFrom<String> for Cursor {
    type Error = CursorError;

    fn try_from(text: String) -> Result<Self, CursorError> {
        let (at, id) = text.split_once('-').ok_or(CursorError)?;
        let at = at.parse().ok().and_then(DateTime::from_timestamp_micros).ok_or(CursorError)?;
        Ok(Self { at, id: id.parse().map_err(|_| CursorError)? })
    }
}

impl Display for Cursor {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}", self.at.timestamp_micros(), self.id)
    }
}

/// A level, and what there should be instead: of a shelf, what the ledger adds up to; of a SKU, what its shelves do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    pub sku: Sku,
    /// Without: the SKU over all regions.
    pub region: Option<Region>,
    pub on_hand: i64,
    pub reserved: i64,
    pub sum_on_hand: i64,
    pub sum_reserved: i64,
}

#[cfg(test)]
mod tests {
    use kernel::Clock;

    use super::*;

    #[test]
    fn a_cursor_comes_back_as_it_was_and_nonsense_does_not() {
        let cursor = Cursor { at: Clock::default().now(), id: 42 };
        assert_eq!(Cursor::try_from(cursor.to_string()), Ok(cursor));
        for text in ["", "1", "1-", "-1", "a-1", "9223372036854775807-1", "1-1-1"] {
            assert_eq!(Cursor::try_from(text.to_owned()), Err(CursorError), "{text}");
        }
    }
}
