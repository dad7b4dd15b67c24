//! Logs to standard error: one line each, as text or JSON (`LOG_FORMAT=json`), filtered by `RUST_LOG`; and where traces go.

use std::collections::BTreeMap;
use std::fmt;

use tracing::{Event, Metadata, Subscriber};
use tracing_subscriber::filter::{FilterExt, filter_fn};
use tracing_subscriber::fmt::format::{Format, Json, JsonFields, Writer};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, Registry};

use crate::ConfigError;
use crate::traces::{self, Exporting};

/// What the broker's client has to say comes back as an error, which is logged where it is handled.
const DEFAULT_FILTER: &str = "info,lapin=off,actix_server=warn,rumqttc=warn";

/// What has to be finished before the process ends.
#[must_use = "traces are sent until it is dropped"]
pub struct Telemetry(#[expect(dead_code, reason = "held for what its end does")] Option<Exporting>);

/// Call once, in `main`, when there is a provider of TLS. Of commands that end by themselves there are no traces: `service` is None.
pub fn init(service: Option<&str>) -> Result<Telemetry, ConfigError> {
    let variables: BTreeMap<String, String> = std::env::vars().collect();
    let exporting = service.map(|service| Exporting::start(service, &variables)).transpose()?.flatten();
    // Not for people: what they are to know of a trace is its id.
    let is_span_of_trace = |metadata: &Metadata<'_>| metadata.target() == traces::TARGET;
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(DEFAULT_FILTER));
    let lines = lines(variables.get("LOG_FORMAT").is_some_and(|format| format == "json"))
        .with_filter(filter.and(filter_fn(move |metadata| !is_span_of_trace(metadata))));
    let spans = exporting.as_ref().map(|exporting| {
        tracing_opentelemetry::layer()
            .with_tracer(exporting.tracer())
            .with_location(false)
            .with_threads(false)
            .with_target(false)
            .with_tracked_inactivity(false)
            .with_filter(filter_fn(is_span_of_trace))
    });
    tracing_subscriber::registry().with(lines).with(spans).init();
    Ok(Telemetry(exporting))
}

fn lines(json: bool) -> Box<dyn Layer<Registry> + Send + Sync> {
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    if json {
        lines
            .fmt_fields(JsonFields::new())
            .event_format(OfTrace(Format::default().json().flatten_event(true)))
            .boxed()
    } else {
        lines.boxed()
    }
}

/// A line of JSON that names the trace which it is part of.
struct OfTrace(Format<Json>);

impl<S, N> FormatEvent<S, N> for OfTrace
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let Some(trace) = traces::current_id() else {
            return self.0.format_event(context, writer, event);
        };
        let mut line = String::new();
        self.0.format_event(context, Writer::new(&mut line), event)?;
        match line.strip_prefix('{') {
            Some(rest) => write!(writer, r#"{{"trace_id":"{trace}",{rest}"#),
            None => writer.write_str(&line),
        }
    }
}

/// Host, port and path of a URL: what may be logged of one that carries a password.
pub fn address_of(url: &str) -> String {
    url::Url::parse(url).map_or_else(
        |_| "(not a URL)".to_owned(),
        |url| {
            let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
            format!("{}{port}{}", url.host_str().unwrap_or_default(), url.path())
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_holds_no_password() {
        assert_eq!(address_of("postgres://orders:secret@db:5432/orders"), "db:5432/orders");
    }
}
