//! RFC 9457 problem details: the only shape of an error over HTTP. Codes are listed in `docs/errors.md`.

use std::borrow::Cow;

use actix_web::body::BoxBody;
use actix_web::http::StatusCode;
use actix_web::http::header::RETRY_AFTER;
use actix_web::{HttpResponse, ResponseError};
use contracts::api::orders::CartChange;
use contracts::api::{FieldError, ProblemBody};

use crate::StoreError;

#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{code}: {title}")]
pub struct Problem {
    status: StatusCode,
    code: &'static str,
    title: &'static str,
    detail: Option<Cow<'static, str>>,
    errors: Vec<FieldError>,
    changes: Vec<CartChange>,
}

impl Problem {
    /// `code` is for programs and never changes; `title` is for people and says the same for every occurrence.
    pub fn new(status: StatusCode, code: &'static str, title: &'static str) -> Self {
        Self { status, code, title, detail: None, errors: Vec::new(), changes: Vec::new() }
    }

    /// What is particular to this occurrence. Never a secret, never an internal error's text.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<Cow<'static, str>>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// Names a field of the request and what is wrong with it.
    #[must_use]
    pub fn field(mut self, field: impl Into<String>, message: impl ToString) -> Self {
        self.errors.push(FieldError { field: field.into(), message: message.to_string() });
        self
    }

    /// Names what is not as the shopper saw it.
    #[must_use]
    pub fn changes(mut self, changes: Vec<CartChange>) -> Self {
        self.changes = changes;
        self
    }

    pub fn code(&self) -> &'static str {
        self.code
    }

    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not-found", "There is nothing here for you")
    }

    pub fn invalid() -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid-body", "The request's content is not valid")
    }

    pub fn malformed(code: &'static str, title: &'static str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, title)
    }

    pub fn conflict(code: &'static str, title: &'static str) -> Self {
        Self::new(StatusCode::CONFLICT, code, title)
    }

    pub fn unauthenticated(detail: &'static str) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "unauthenticated", "Log in first").detail(detail)
    }

    pub fn forbidden(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", "Your account may not do this").detail(detail)
    }

    pub fn unavailable() -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", "The shop can't answer now; try again")
    }

    pub fn internal() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "Something is wrong on our side")
    }

    fn body(&self) -> ProblemBody {
        ProblemBody {
            kind: format!("https://ecommercestack.dev/errors/{}", self.code),
            title: self.title.to_owned(),
            status: self.status.as_u16(),
            code: self.code.to_owned(),
            detail: self.detail.as_deref().map(str::to_owned),
            errors: self.errors.clone(),
            changes: self.changes.clone(),
        }
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    fn error_response(&self) -> HttpResponse<BoxBody> {
        let mut response = HttpResponse::build(self.status);
        if matches!(self.status, StatusCode::SERVICE_UNAVAILABLE | StatusCode::BAD_GATEWAY) {
            response.insert_header((RETRY_AFTER, "1"));
        }
        let body = serde_json::to_vec(&self.body()).expect("a problem is plain data");
        response.content_type("application/problem+json").body(body)
    }
}

/// The one place where a store's error is logged: here it leaves the service.
impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(why) => {
                tracing::warn!(error = why, "Answered 503: the database does not answer");
                Self::unavailable()
            }
            StoreError::Query(error) => {
                tracing::error!(%error, "Answered 500: the database refused a statement");
                Self::internal()
            }
        }
    }
}

impl From<diesel::result::Error> for Problem {
    fn from(error: diesel::result::Error) -> Self {
        StoreError::from(error).into()
    }
}
