//! How long what only old pods used is kept after the new ones have taken over.

use std::time::Duration;

use k8s_openapi::jiff::Timestamp;
use operator_api::EcommerceStackStatus;

/// On the stack: the release whose contract migrations need not wait.
pub const APPROVE_CONTRACT: &str = "ecommercestack.dev/approve-contract";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Soak {
    Over,
    Until(Timestamp),
}

/// Of a stack whose every service runs `version`. The status tells what was so before this pass.
pub fn soak(
    before: &EcommerceStackStatus,
    version: &str,
    approved: Option<&str>,
    lasting: Duration,
    now: Timestamp,
) -> Soak {
    // The API stores whole seconds.
    let now = Timestamp::from_second(now.as_second()).unwrap_or(now);
    let ran_before = before.version.as_ref().and_then(|versions| versions.current.as_deref());
    let step = before.rollout.as_ref().map(|rollout| rollout.step.as_str());
    let since = match step {
        Some("Soak") => {
            before.rollout.as_ref().and_then(|rollout| rollout.started_at.as_ref()).map_or(now, |time| time.0)
        }
        Some("Contract") => return Soak::Over,
        // Nobody ever ran anything else, or nothing is new.
        None if ran_before.is_none_or(|ran| ran == version) => return Soak::Over,
        Some(_) | None => now,
    };
    match since.checked_add(lasting) {
        Ok(until) if until > now && approved.map(str::trim) != Some(version) => Soak::Until(until),
        _ => Soak::Over,
    }
}
