//! Why Prometheus gave no answer that can be used.

use std::time::Duration;

use operator_scaling::NoData;

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AskError {
    /// It refuses us whatever we ask: our credentials, or too often.
    #[error("{said}")]
    Denied { said: String, retry_after: Option<Duration> },
    /// It refuses this query.
    #[error("{0}")]
    BadQuery(String),
    #[error("no answer within {} s", .0.as_secs_f32())]
    Slow(Duration),
    /// No answer, or one that is not Prometheus'.
    #[error("{said}")]
    Unreachable { said: String, retry_after: Option<Duration> },
    /// Prometheus' answer, but none that a number can be read from.
    #[error("{0}")]
    WrongShape(String),
}

impl AskError {
    pub fn unreachable(said: impl Into<String>) -> Self {
        Self::Unreachable { said: said.into(), retry_after: None }
    }

    /// Whether another query would fare no better.
    pub fn concerns_server(&self) -> bool {
        matches!(self, Self::Denied { .. } | Self::Slow(_) | Self::Unreachable { .. })
    }

    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Denied { retry_after, .. } | Self::Unreachable { retry_after, .. } => *retry_after,
            Self::BadQuery(_) | Self::Slow(_) | Self::WrongShape(_) => None,
        }
    }

    /// The label of metrics.
    pub fn outcome(&self) -> &'static str {
        match self {
            Self::Denied { .. } => "denied",
            Self::BadQuery(_) => "bad_query",
            Self::Slow(_) => "slow",
            Self::Unreachable { .. } => "unreachable",
            Self::WrongShape(_) => "wrong_shape",
        }
    }
}

impl From<AskError> for NoData {
    fn from(error: AskError) -> Self {
        let said = error.to_string();
        match error {
            AskError::Denied { .. } | AskError::BadQuery(_) => Self::Refused(said),
            AskError::Slow(_) | AskError::Unreachable { .. } => Self::Unreachable(said),
            AskError::WrongShape(_) => Self::WrongShape(said),
        }
    }
}
