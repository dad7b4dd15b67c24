//! How each service is scaled, and where the metrics are: the checked form of `scaling` and `observability`.

use std::time::Duration;

use operator_api::ScalingMode;
use operator_scaling::Policy;

/// How a service is scaled.
#[derive(Clone, Debug, PartialEq)]
pub struct ScalingPlan {
    pub mode: ScalingMode,
    /// Pods to create the Deployment with; in mode Fixed the number of pods.
    pub initial: u32,
    pub policy: Policy,
    /// What becomes of a `kubectl scale`.
    pub manual: Manual,
}

impl ScalingPlan {
    /// Pods that there always are.
    pub fn least(&self) -> u32 {
        match self.mode {
            ScalingMode::Fixed => self.initial,
            ScalingMode::Native | ScalingMode::Hpa | ScalingMode::Keda | ScalingMode::External => {
                self.policy.min
            }
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manual {
    Timed(Duration),
    Forever,
    Refuse,
}

/// The Prometheus of a stack.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PrometheusPlan {
    pub server: PrometheusServer,
    /// How often it asks each pod.
    pub scrape_interval: Duration,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PrometheusServer {
    Disabled,
    /// The stack's own, reached through its Service; who asks it shows a certificate of the stack's.
    Embedded {
        url: String,
    },
    External {
        url: String,
        /// Names of Secrets in the stack's namespace.
        auth_secret: Option<String>,
        ca_secret: Option<String>,
    },
}

/// What an HPA or ScaledObject of ours may do at present.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    pub min: u32,
    pub max: u32,
}
