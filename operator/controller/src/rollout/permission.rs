//! Whether changes of pods may begin: by somebody's word, and by the clock.

use k8s_openapi::jiff::Timestamp;
use operator_desired::{Opening, Operation};

/// On the stack: the release that may be rolled out, as `status.version.target` says it.
pub const APPROVE: &str = "ecommercestack.dev/approve";

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Permission {
    Granted,
    /// Nobody has approved it yet.
    NotApproved,
    /// No maintenance window is open.
    OutsideWindow {
        opens: Option<Timestamp>,
    },
}

impl Permission {
    pub fn of(operation: &Operation, approved: Option<&str>, target: &str, now: Timestamp) -> Self {
        if operation.supervised && approved.map(str::trim) != Some(target) {
            return Self::NotApproved;
        }
        match operation.opening(now) {
            Opening::Now => Self::Granted,
            Opening::At(opens) => Self::OutsideWindow { opens: Some(opens) },
            Opening::Never => Self::OutsideWindow { opens: None },
        }
    }
}
