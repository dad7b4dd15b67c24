//! HTTP bodies of `/api/v1`, by the role that serves them; shared by services, the load generator and the stories.

pub mod catalog;
pub mod erp;
pub mod inventory;
pub mod notifications;
pub mod orders;
pub mod payments;
pub mod returns;
pub mod sagas;
pub mod users;

use serde::{Deserialize, Serialize};

/// A page of a list; `next` is the `after` of the following one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Page<T> {
    pub data: Vec<T>,
    pub next: Option<String>,
}

/// RFC 9457 problem details, `application/problem+json`. `code` is stable and documented in `docs/errors.md`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ProblemBody {
    #[serde(rename = "type")]
    pub kind: String,
    pub title: String,
    pub status: u16,
    pub code: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// What is wrong with which field of the request.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
    /// Of `cart-changed`: what is not as the shopper saw it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<orders::CartChange>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FieldError {
    pub field: String,
    pub message: String,
}
