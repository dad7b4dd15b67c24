//! BackedUp: whether the last dump was made in time.

use operator_api::Reason;

use super::Verdict;
use crate::facts::Facts;

pub fn backed_up(_: &Facts) -> Verdict {
    Verdict::no(Reason::Disabled, "no dumps are made: see spec.database.embedded.backup")
}
