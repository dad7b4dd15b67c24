//! Logs to standard error: one line each, as text or JSON (`LOG_FORMAT=json`), filtered by `RUST_LOG`.

use tracing_subscriber::EnvFilter;

/// What the broker's client has to say comes back as an error, which is logged where it is handled.
const DEFAULT_FILTER: &str = "info,lapin=off,actix_server=warn,rumqttc=warn";

/// Call once, in `main`.
pub fn init() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(DEFAULT_FILTER));
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    if std::env::var("LOG_FORMAT").is_ok_and(|format| format == "json") {
        lines.json().flatten_event(true).init();
    } else {
        lines.init();
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
