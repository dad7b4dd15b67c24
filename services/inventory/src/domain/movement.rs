//! The ways in which an order's reservation moves stock, once it is there.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Movement {
    Released,
    Expired,
    Committed,
    Restocked,
    Returned,
}

impl Movement {
    /// As the ledger names it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Released => "released",
            Self::Expired => "expired",
            Self::Committed => "committed",
            Self::Restocked => "restocked",
            Self::Returned => "returned",
        }
    }

    /// What one piece of it does to `on_hand` and to `reserved`.
    pub fn signs(self) -> (i64, i64) {
        match self {
            Self::Released | Self::Expired => (0, -1),
            Self::Committed => (-1, -1),
            Self::Restocked | Self::Returned => (1, 0),
        }
    }
}
