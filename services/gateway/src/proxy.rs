//! Passes a request on and its answer back: the body in, limited and in memory; the body out, as it comes.

mod headers;

pub use headers::REQUEST_ID;

use actix_web::body::{BodySize, BoxBody, MessageBody, SizedStream};
use actix_web::http::{Method, StatusCode};
use actix_web::web::{Bytes, Payload};
use actix_web::{HttpRequest, HttpResponse};
use contracts::Role;
use platform::Problem;
use platform::http::limited;
use tracing::warn;
use uuid::Uuid;

use crate::upstreams::{Failure, Upstreams};

#[derive(Clone)]
pub struct Proxy {
    pub upstreams: Upstreams,
}

impl Proxy {
    pub async fn pass_on(
        &self,
        role: Role,
        request: &HttpRequest,
        request_id: Uuid,
        payload: Payload,
        body_limit: usize,
    ) -> Result<HttpResponse, Problem> {
        let url = self.upstreams.url(role, request.uri().path(), request.uri().query())?;
        let content = limited(payload, body_limit).await?;
        let method = reqwest::Method::from_bytes(request.method().as_str().as_bytes())
            .map_err(|_| Problem::not_found())?;
        let mut outgoing = reqwest::Request::new(method, url);
        *outgoing.headers_mut() = headers::forwarded(request, request_id);
        if !content.is_empty() {
            *outgoing.body_mut() = Some(content.into());
        }
        let answer = self.upstreams.send(role, &outgoing).await.map_err(problem)?;
        Ok(passed_back(answer, request.method()))
    }
}

fn passed_back(answer: reqwest::Response, method: &Method) -> HttpResponse {
    let status = StatusCode::from_u16(answer.status().as_u16()).unwrap_or(StatusCode::BAD_GATEWAY);
    let mut response = HttpResponse::build(status);
    for header in headers::returned(answer.headers()) {
        response.append_header(header);
    }
    let length = headers::content_length(answer.headers());
    if method == Method::HEAD {
        return response.body(Withheld(length.unwrap_or_default()));
    }
    match length {
        Some(length) => response.body(SizedStream::new(length, answer.bytes_stream())),
        None => response.streaming(answer.bytes_stream()),
    }
}

/// The content that a GET would have: its length is told, for that is what HEAD asks for, and none of it is sent.
struct Withheld(u64);

impl MessageBody for Withheld {
    type Error = std::convert::Infallible;

    fn size(&self) -> BodySize {
        BodySize::Sized(self.0)
    }

    fn poll_next(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<Bytes, Self::Error>>> {
        std::task::Poll::Ready(None)
    }

    fn boxed(self) -> BoxBody {
        BoxBody::new(self)
    }
}

/// Logged here, where it leaves the gateway; the address is the operator's, not the shopper's, matter.
pub fn problem(failure: Failure) -> Problem {
    use std::error::Error;
    let cause = failure.source().map(ToString::to_string).unwrap_or_default();
    warn!(error = cause, "Could not pass a request on: {failure}");
    match failure {
        Failure::Resting { .. } | Failure::Unreachable { .. } => unavailable(StatusCode::SERVICE_UNAVAILABLE),
        Failure::Broken { .. } => unavailable(StatusCode::BAD_GATEWAY),
        Failure::Timeout { .. } => Problem::new(
            StatusCode::GATEWAY_TIMEOUT,
            "upstream-timeout",
            "A part of the shop takes too long to answer",
        ),
    }
}

/// 503: nothing was done; 502: nobody knows.
pub fn unavailable(status: StatusCode) -> Problem {
    Problem::new(status, "upstream-unavailable", "A part of the shop does not answer; try again")
}
