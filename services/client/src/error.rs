//! What can go wrong with a call, and whether trying again can help.

use contracts::api::ProblemBody;
use reqwest::StatusCode;

#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    #[error("{request}: no answer")]
    NoAnswer { request: String, source: reqwest::Error },
    #[error(transparent)]
    Refused(Box<Refusal>),
    #[error("{request}: the answer is not as documented: {body}")]
    Unreadable { request: String, body: String, source: serde_json::Error },
}

/// An answer that is no success.
#[derive(Debug, thiserror::Error)]
#[error("{request}: {status}: {}", self.said())]
pub struct Refusal {
    pub request: String,
    pub status: StatusCode,
    /// `None`: the body was no problem document, so something before the shop answered.
    pub problem: Option<ProblemBody>,
    pub body: String,
}

impl Refusal {
    fn said(&self) -> String {
        match &self.problem {
            Some(problem) => {
                let fields =
                    problem.errors.iter().map(|wrong| format!(" [{}: {}]", wrong.field, wrong.message));
                let detail = problem.detail.as_deref().unwrap_or_default();
                format!("{} {detail}{}", problem.code, fields.collect::<String>())
            }
            None => self.body.chars().take(200).collect(),
        }
    }
}

impl ClientError {
    /// The problem's code, where the shop gave one.
    pub fn code(&self) -> Option<&str> {
        match self {
            Self::Refused(refusal) => refusal.problem.as_ref().map(|problem| problem.code.as_str()),
            Self::NoAnswer { .. } | Self::Unreadable { .. } => None,
        }
    }

    pub fn status(&self) -> Option<StatusCode> {
        match self {
            Self::Refused(refusal) => Some(refusal.status),
            Self::NoAnswer { .. } | Self::Unreadable { .. } => None,
        }
    }

    /// The shop could not answer now: a pod restarts, a limit is reached, a twin of the request is still at work.
    pub fn is_temporary(&self) -> bool {
        match self {
            Self::NoAnswer { .. } => true,
            Self::Unreadable { .. } => false,
            Self::Refused(refusal) => {
                refusal.status.is_server_error()
                    || refusal.status == StatusCode::TOO_MANY_REQUESTS
                    || self.code() == Some("idempotency-key-in-flight")
                    // An ingress without a backend knows no route; the shop's own 404 is a problem document.
                    || (refusal.status == StatusCode::NOT_FOUND && refusal.problem.is_none())
            }
        }
    }
}
