//! Traces: spans of requests, calls and messages, and how the next service continues them. What becomes of spans: [`export`].
//!
//! Without a collector there are none, so nothing is made that nobody looks at. Names and attributes follow OpenTelemetry's
//! conventions and hold no text of strangers: routes by their patterns, errors by their kinds.

mod export;

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};

use actix_web::dev::ServiceRequest;
use contracts::Role;
use opentelemetry::Context;
use opentelemetry::propagation::{Extractor, Injector, TextMapPropagator};
use opentelemetry::trace::TraceContextExt;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use tracing::field::{Empty, display};
use tracing::{Span, info_span};
use tracing_opentelemetry::OpenTelemetrySpanExt;

pub(crate) use export::Exporting;

/// Of every span that is exported, and of nothing else.
pub(crate) const TARGET: &str = "shop::traces";

/// The header of W3C Trace Context, and the attribute of CloudEvents.
pub(crate) const PARENT: &str = "traceparent";

static ON: AtomicBool = AtomicBool::new(false);

/// Whether there is a collector.
pub(crate) fn on() -> bool {
    ON.load(Ordering::Relaxed)
}

/// What is done now, for whoever continues it later. None: it is not traced.
pub fn current() -> Option<String> {
    if on() { parent_in(&Context::current()) } else { None }
}

/// The id of the trace that is written now; for log lines.
pub(crate) fn current_id() -> Option<String> {
    Context::map_current(|context| {
        let span = context.span();
        let span = span.span_context();
        span.is_valid().then(|| span.trace_id().to_string())
    })
}

/// Serving a request, as a part of what its sender does.
pub(crate) fn request(request: &ServiceRequest, method: &str, route: &str) -> Span {
    let span = info_span!(
        target: TARGET,
        "request",
        otel.name = format!("{method} {route}"),
        otel.kind = "server",
        otel.status_code = Empty,
        http.request.method = method,
        http.route = route,
        http.response.status_code = Empty,
        error.type = Empty,
    );
    continued(&span, &Incoming(request.headers()));
    span
}

/// Calling another service.
pub fn call(role: Role, method: &str) -> Span {
    if !on() {
        return Span::none();
    }
    info_span!(
        target: TARGET,
        "call",
        otel.name = format!("{method} {role}"),
        otel.kind = "client",
        otel.status_code = Empty,
        http.request.method = method,
        server.address = role.name(),
        http.response.status_code = Empty,
        error.type = Empty,
    )
}

/// What came of a request or a call. What a caller did wrong is no error of who serves it.
pub fn answered(span: &Span, status: u16) {
    span.record("http.response.status_code", status);
    if status >= 500 {
        span.record("otel.status_code", "ERROR");
        span.record("error.type", display(status));
    }
}

/// There is no answer, or no use in it.
pub fn failed(span: &Span, kind: &str) {
    span.record("otel.status_code", "ERROR");
    span.record("error.type", kind);
}

/// Tells the service that is called whose part it is to do.
pub fn tell(headers: &mut HeaderMap) {
    if on() {
        TraceContextPropagator::new().inject_context(&Context::current(), &mut Outgoing(headers));
    }
}

/// Handing a message to the broker, as a part of what it was recorded in.
pub(crate) fn publish(parent: &str, kind: &str, exchange: &str, id: &str) -> Span {
    message(Some(parent), ["producer", "send"], &format!("publish {kind}"), exchange, id)
}

/// What whoever takes what it sends continues.
pub(crate) fn parent_of(span: &Span) -> Option<String> {
    parent_in(&span.context())
}

/// Taking a message, as a part of what it was published in.
pub(crate) fn process(parent: Option<&str>, kind: &str, queue: &str, id: &str) -> Span {
    message(parent, ["consumer", "process"], &format!("process {kind}"), queue, id)
}

fn message(
    parent: Option<&str>,
    [kind, operation]: [&str; 2],
    name: &str,
    destination: &str,
    id: &str,
) -> Span {
    let span = info_span!(
        target: TARGET,
        "message",
        otel.name = name,
        otel.kind = kind,
        otel.status_code = Empty,
        messaging.system = "rabbitmq",
        messaging.operation.type = operation,
        messaging.destination.name = destination,
        messaging.message.id = id,
        error.type = Empty,
    );
    if let Some(parent) = parent {
        continued(&span, &parents(parent));
    }
    span
}

fn continued(span: &Span, carrier: &dyn Extractor) {
    // It has not begun, and the only other reason for an error is that nobody exports it.
    let _ = span.set_parent(TraceContextPropagator::new().extract(carrier));
}

fn parents(parent: &str) -> HashMap<String, String> {
    HashMap::from([(PARENT.to_owned(), parent.to_owned())])
}

fn parent_in(context: &Context) -> Option<String> {
    let mut carrier = HashMap::new();
    TraceContextPropagator::new().inject_context(context, &mut carrier);
    carrier.remove(PARENT)
}

/// Headers of a request that came in.
struct Incoming<'a>(&'a actix_web::http::header::HeaderMap);

impl Extractor for Incoming<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key)?.to_str().ok()
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(|name| name.as_str()).collect()
    }
}

/// Headers of a request that goes out.
struct Outgoing<'a>(&'a mut HeaderMap);

impl Injector for Outgoing<'_> {
    fn set(&mut self, key: &str, value: String) {
        let named = HeaderName::from_bytes(key.as_bytes()).ok().zip(HeaderValue::from_str(&value).ok());
        match named {
            // Nothing to say is not said; what the caller has said does not hold any more.
            Some((name, value)) if value.is_empty() => drop(self.0.remove(name)),
            Some((name, value)) => drop(self.0.insert(name, value)),
            None => {}
        }
    }
}
