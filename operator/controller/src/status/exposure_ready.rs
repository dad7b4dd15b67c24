//! ExposureReady: whether shoppers can reach the gateway.

use operator_api::Reason;

use super::Verdict;
use crate::facts::Facts;

pub fn exposure_ready(facts: &Facts) -> Verdict {
    match &facts.url {
        Some(url) => Verdict::yes(Reason::Exposed, format!("the shop answers at {url}")),
        None => Verdict::yes(Reason::Disabled, "nothing leads in under a name of its own"),
    }
}
