//! A collector of traces, which keeps what it is sent.

use std::collections::BTreeMap;

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use opentelemetry_proto::tonic::trace::v1::Span as Sent;
use prost::Message;
use wiremock::matchers::{header, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::eventually;

/// A span, as it came.
#[derive(Clone, Debug)]
pub struct Span {
    pub service: String,
    pub name: String,
    pub trace: String,
    pub id: String,
    /// Empty: it has none.
    pub parent: String,
    /// Its own, and those of the process that sent it.
    pub attributes: BTreeMap<String, String>,
}

pub struct TestCollector {
    server: MockServer,
}

impl TestCollector {
    pub async fn start() -> Self {
        Self::answering(ResponseTemplate::new(200)).await
    }

    /// One with trouble of its own.
    pub async fn answering(answer: ResponseTemplate) -> Self {
        let server = MockServer::start().await;
        let traces = Mock::given(method("POST")).and(path("/v1/traces"));
        traces
            .and(header("content-type", "application/x-protobuf"))
            .respond_with(answer)
            .mount(&server)
            .await;
        Self { server }
    }

    pub fn url(&self) -> String {
        self.server.uri()
    }

    /// All that was sent so far.
    pub async fn spans(&self) -> Vec<Span> {
        let requests = self.server.received_requests().await.unwrap();
        let batches =
            requests.iter().map(|request| ExportTraceServiceRequest::decode(&*request.body).unwrap());
        batches.flat_map(spans_of).collect()
    }

    /// The span of this service and name in this trace, once it has come.
    pub async fn span(&self, trace: &str, service: &str, name: &str) -> Span {
        eventually(&format!("{service} has sent `{name}` of {trace}"), async || {
            let is_it = |span: &Span| span.trace == trace && span.service == service && span.name == name;
            self.spans().await.into_iter().find(is_it)
        })
        .await
    }
}

fn spans_of(batch: ExportTraceServiceRequest) -> Vec<Span> {
    let of_resource = |sent: opentelemetry_proto::tonic::trace::v1::ResourceSpans| {
        let process = attributes(&sent.resource.unwrap_or_default().attributes);
        let scopes = sent.scope_spans.into_iter().flat_map(|scope| scope.spans);
        scopes.map(|span| span_of(span, &process)).collect::<Vec<_>>()
    };
    batch.resource_spans.into_iter().flat_map(of_resource).collect()
}

fn span_of(sent: Sent, process: &BTreeMap<String, String>) -> Span {
    let hex = |id: &[u8]| id.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let mut all = process.clone();
    all.extend(attributes(&sent.attributes));
    Span {
        service: process.get("service.name").cloned().unwrap_or_default(),
        name: sent.name,
        trace: hex(&sent.trace_id),
        id: hex(&sent.span_id),
        parent: hex(&sent.parent_span_id),
        attributes: all,
    }
}

fn attributes(sent: &[KeyValue]) -> BTreeMap<String, String> {
    sent.iter().map(|attribute| (attribute.key.clone(), text(attribute.value.as_ref()))).collect()
}

fn text(value: Option<&AnyValue>) -> String {
    match value.and_then(|value| value.value.as_ref()) {
        Some(Value::StringValue(text)) => text.clone(),
        Some(Value::IntValue(number)) => number.to_string(),
        other => format!("{other:?}"),
    }
}
