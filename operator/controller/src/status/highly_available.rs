//! HighlyAvailable: whether the loss of one pod or node leaves everything at work.

use operator_api::Reason;

use super::Verdict;
use crate::facts::Facts;

pub fn highly_available(_: &Facts) -> Verdict {
    Verdict::no(Reason::NotHA, "the database and the broker are one pod each")
}
