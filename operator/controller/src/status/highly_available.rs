//! HighlyAvailable: whether the loss of one pod or node leaves everything at work.

use operator_api::Reason;

use super::Verdict;
use crate::facts::Facts;

pub fn highly_available(facts: &Facts) -> Verdict {
    let Some(alone) = &facts.alone else {
        return Verdict::no(Reason::NotHA, "not known while nothing can be built: see Degraded");
    };
    if alone.is_empty() {
        return Verdict::yes(Reason::Redundant, "everything has a second of its kind");
    }
    let what: Vec<&str> = alone.iter().map(|alone| alone.what.as_str()).collect();
    let remedies: Vec<&str> = alone.iter().map(|alone| alone.remedy.as_str()).collect();
    let (what, remedies) = (what.join(", "), remedies.join(", "));
    Verdict::no(Reason::NotHA, format!("alone of their kind: {what}; in the spec, set {remedies}"))
}
