//! One exchange over HTTP: what is trusted, what is read, and what a status means.

use std::error::Error;
use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder, Response, StatusCode};
use rustls::client::Resumption;
use rustls::{ClientConfig, RootCertStore};

use super::{AskError, Limits, Server, answer};
use crate::pki::Keyed;
use crate::text::shortened;
use crate::tls;

/// Longer than a tick, so that the next one finds the connection.
const IDLE: Duration = Duration::from_secs(90);
/// Kept for each server; there may be a thousand of them.
const IDLE_CONNECTIONS: usize = 4;
/// However long it asks to be left alone.
const LONGEST_REST: Duration = Duration::from_secs(300);
const SAID_BYTES: usize = 200;

/// Whose word is taken for who a server is, and what it gets to see of us.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Trust {
    /// Plain HTTP asks nobody.
    Nobody,
    Machine,
    /// Of these authorities, in PEM; and who we are to it.
    Only(String, Option<Keyed>),
}

impl Trust {
    pub fn of(server: &Server) -> Self {
        match &server.ca {
            _ if server.url.starts_with("http://") => Self::Nobody,
            Some(ca) => Self::Only(ca.clone(), server.certificate.clone()),
            None => Self::Machine,
        }
    }
}

/// Trust is a setting of the whole client, so that each needs a client of its own.
pub fn client(trust: &Trust, limits: Limits) -> Result<Client, AskError> {
    let builder = Client::builder()
        .connect_timeout(limits.connect)
        .timeout(limits.deadline)
        .pool_idle_timeout(IDLE)
        .pool_max_idle_per_host(IDLE_CONNECTIONS)
        .redirect(Policy::none())
        .no_proxy();
    let builder = match trust {
        Trust::Machine => builder,
        Trust::Nobody => builder.tls_backend_preconfigured(tls(RootCertStore::empty(), None)?),
        Trust::Only(pem, own) => {
            let none = || AskError::unreachable("the ca.crt that is to be trusted holds no certificate");
            let roots = tls::roots(pem).filter(|roots| !roots.is_empty()).ok_or_else(none)?;
            builder.tls_backend_preconfigured(tls(roots, own.as_ref())?)
        }
    };
    builder.build().map_err(|error| AskError::unreachable(format!("no TLS client: {}", cause(&error))))
}

/// What reqwest would make of the same, with room for the sessions of one server instead of 32: each has a client of its own.
fn tls(roots: RootCertStore, own: Option<&Keyed>) -> Result<ClientConfig, AskError> {
    let config = ClientConfig::builder().with_root_certificates(roots);
    let config = match own.map(tls::identity) {
        None => Some(config.with_no_client_auth()),
        Some(own) => own.and_then(|(chain, key)| config.with_client_auth_cert(chain, key).ok()),
    };
    let unusable = || AskError::unreachable("the operator's own certificate can't be used");
    let mut config = config.ok_or_else(unusable)?;
    config.resumption = Resumption::in_memory_sessions(1);
    Ok(config)
}

/// Sends it and reads the body of an answer that is Prometheus' and no refusal.
pub async fn exchange(request: RequestBuilder, limits: Limits) -> Result<Vec<u8>, AskError> {
    let failed = |error: reqwest::Error| no_answer(&error, limits);
    let response = request.send().await.map_err(failed)?;
    let (status, retry_after) = (response.status(), retry_after(&response));
    // A redirect may lead anywhere, and would be followed with our credentials.
    if status.is_redirection() {
        return Err(AskError::unreachable(format!(
            "it redirects ({status}): name the address that it redirects to"
        )));
    }
    let body = read(response, limits).await?;
    if status.is_success() { Ok(body) } else { Err(refusal(status, &body, retry_after, limits)) }
}

async fn read(mut response: Response, limits: Limits) -> Result<Vec<u8>, AskError> {
    let too_long = || AskError::WrongShape(format!("an answer of more than {} bytes", limits.body_bytes));
    let announced = response.content_length().unwrap_or(0);
    if usize::try_from(announced).map_or(true, |length| length > limits.body_bytes) {
        return Err(too_long());
    }
    let mut body = Vec::with_capacity(usize::try_from(announced).unwrap_or(0));
    while let Some(chunk) = response.chunk().await.map_err(|error| no_answer(&error, limits))? {
        if body.len() + chunk.len() > limits.body_bytes {
            return Err(too_long());
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

fn refusal(status: StatusCode, body: &[u8], retry_after: Option<Duration>, limits: Limits) -> AskError {
    let theirs = answer::error(body);
    let kind = theirs.as_ref().map_or("", |(kind, _)| kind.as_str());
    let text = theirs.as_ref().map_or("", |(_, text)| text.as_str());
    let said = shortened(
        format!("it answered {status}{}{text}", if text.is_empty() { "" } else { ": " }),
        SAID_BYTES,
    );
    match status.as_u16() {
        401 | 403 | 429 => AskError::Denied { said, retry_after },
        400 | 422 if theirs.is_some() => AskError::BadQuery(said),
        // A proxy's word for it.
        504 => AskError::Slow(limits.deadline),
        503 if kind == "timeout" || kind == "canceled" => AskError::Slow(limits.deadline),
        _ => AskError::Unreachable { said, retry_after },
    }
}

/// In seconds; the other form, a date, is not worth a calendar.
fn retry_after(response: &Response) -> Option<Duration> {
    let value = response.headers().get("retry-after")?.to_str().ok()?;
    Some(Duration::from_secs(value.trim().parse().ok()?).min(LONGEST_REST))
}

fn no_answer(error: &reqwest::Error, limits: Limits) -> AskError {
    if error.is_timeout() && !error.is_connect() {
        return AskError::Slow(limits.deadline);
    }
    AskError::unreachable(shortened(cause(error), SAID_BYTES))
}

/// The innermost: what went wrong, without the layers that passed it on. Without the address too, for it is known.
fn cause(error: &reqwest::Error) -> String {
    let mut cause: &dyn Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}
