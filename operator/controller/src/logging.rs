//! Logs to standard error: one line each, as text or JSON (`LOG_FORMAT=json`), filtered by `RUST_LOG`.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

use crate::failure::Failure;

/// The client and the watcher tell of every failed try at `error`; what matters of that is logged by us, once. What
/// `RUST_LOG` says comes after this, so it can ask for them.
const QUIET: &str = "kube_client=off,kube_runtime=off,tower=warn";
const DEFAULT_FILTER: &str = "info";

/// Call once, in `run`.
pub fn init() -> Result<(), Failure> {
    let wanted = std::env::var("RUST_LOG").ok().filter(|filter| !filter.trim().is_empty());
    let filter = EnvFilter::builder()
        .parse(format!("{QUIET},{}", wanted.as_deref().unwrap_or(DEFAULT_FILTER)))
        .map_err(|error| Failure::input(format!("the variable RUST_LOG is not a log filter: {error}")))?;
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    if std::env::var("LOG_FORMAT").is_ok_and(|format| format == "json") {
        lines.json().flatten_event(true).with_current_span(false).with_span_list(false).init();
    } else {
        lines.init();
    }
    Ok(())
}
