//! One exchange with a management API: bounded in time and size, and with no redirect followed.

use std::error::Error;
use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Certificate, Client, Identity, RequestBuilder, StatusCode};

use crate::text::shortened;

const CONNECT: Duration = Duration::from_secs(2);
const DEADLINE: Duration = Duration::from_secs(5);
/// A broker that many share has long definitions.
const BODY_BYTES: usize = 8 * 1024 * 1024;
const SAID_BYTES: usize = 200;

/// Whom to trust, and who to be, in PEM.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct Trust {
    /// None: nobody, for plain HTTP.
    pub authorities: Option<String>,
    /// Certificate and key.
    pub own: Option<String>,
}

/// Why there is no answer to use.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unanswered {
    #[error("it does not take the operator's name and password ({0})")]
    Denied(StatusCode),
    /// It answered, but not with what was asked for.
    #[error("it answered {status}{said}")]
    Refused { status: StatusCode, said: String },
    #[error("{0}")]
    Unreachable(String),
}

pub fn client(trust: &Trust) -> Result<Client, Unanswered> {
    let builder =
        Client::builder().connect_timeout(CONNECT).timeout(DEADLINE).redirect(Policy::none()).no_proxy();
    let unusable = |what: &str| Unanswered::Unreachable(format!("{what} can't be used: it is no PEM"));
    let pem = trust.authorities.as_deref().unwrap_or_default();
    let authorities =
        Certificate::from_pem_bundle(pem.as_bytes()).map_err(|_| unusable("the certificate to trust"))?;
    let mut builder = builder.tls_certs_only(authorities);
    if let Some(own) = &trust.own {
        let identity =
            Identity::from_pem(own.as_bytes()).map_err(|_| unusable("the operator's certificate"))?;
        builder = builder.identity(identity);
    }
    builder.build().map_err(|error| Unanswered::Unreachable(cause(&error)))
}

/// The status and the body, whatever the status is, but for those that say that we are not wanted.
pub async fn exchange(request: RequestBuilder) -> Result<(StatusCode, Vec<u8>), Unanswered> {
    let failed = |error: reqwest::Error| Unanswered::Unreachable(shortened(cause(&error), SAID_BYTES));
    let mut response = request.send().await.map_err(failed)?;
    let status = response.status();
    if status == StatusCode::UNAUTHORIZED || status == StatusCode::FORBIDDEN {
        return Err(Unanswered::Denied(status));
    }
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(failed)? {
        if body.len() + chunk.len() > BODY_BYTES {
            return Err(Unanswered::Unreachable(format!("it answered with more than {BODY_BYTES} bytes")));
        }
        body.extend_from_slice(&chunk);
    }
    Ok((status, body))
}

pub fn refused(status: StatusCode, body: &[u8]) -> Unanswered {
    let said = serde_json::from_slice::<serde_json::Value>(body).ok();
    let reason = said.and_then(|said| Some(format!(": {}", said["reason"].as_str()?)));
    Unanswered::Refused { status, said: shortened(reason.unwrap_or_default(), SAID_BYTES) }
}

/// The innermost: what went wrong, without the layers that passed it on. Without the address too, for it is known.
fn cause(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "it does not answer in time".to_owned();
    }
    let mut cause: &dyn Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}
