//! What a pass tells the autoscaler about a stack.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use contracts::Role;
use k8s_openapi::api::core::v1::ObjectReference;
use operator_api::{AutoscalingStatus, ScalingMode};
use operator_desired::ScalingPlan;
use operator_scaling::NoData;

use crate::prometheus::Server;

#[derive(Clone, Debug, PartialEq)]
pub struct Registration {
    pub uid: String,
    /// What events are about.
    pub reference: ObjectReference,
    pub plans: BTreeMap<Role, ScalingPlan>,
    /// Whom to ask for metrics, or why there is nobody.
    pub server: Result<Server, NoData>,
    /// How often that server asks each pod.
    pub scrape_interval: Duration,
    /// `operation.paused`: look, but touch nothing.
    pub paused: bool,
    /// No service is to have pods for now.
    pub stopped: bool,
    /// The stack's own annotation that pauses all of its services.
    pub annotation: Option<String>,
}

/// What the status says from before this process began.
pub type Remembered = BTreeMap<Role, Former>;

/// Of one service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Former {
    pub mode: Option<ScalingMode>,
    pub desired: Option<u32>,
    pub held: bool,
    pub yielded: bool,
}

impl From<&AutoscalingStatus> for Former {
    fn from(row: &AutoscalingStatus) -> Self {
        Self {
            mode: MODES.into_iter().find(|mode| mode.name() == row.mode),
            desired: u32::try_from(row.desired).ok(),
            held: row.hold_until.is_some(),
            yielded: row.held_back_by.as_deref() == Some("Yielded"),
        }
    }
}

const MODES: [ScalingMode; 5] =
    [ScalingMode::Native, ScalingMode::Hpa, ScalingMode::Keda, ScalingMode::Fixed, ScalingMode::External];

/// A stack that may be scaled.
#[derive(Clone)]
pub struct Registered {
    pub registration: Arc<Registration>,
    pub remembered: Arc<Remembered>,
}
