//! One exchange with a provider's API, sorted by what the answer says of the effect.

use std::time::Duration;

use reqwest::{Client, RequestBuilder};
use serde::de::DeserializeOwned;
use tracing::{error, warn};

use crate::metrics;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);

/// Why there is no good answer.
#[derive(Debug, PartialEq)]
pub enum Failure<E> {
    /// It may have been done or not.
    Unknown,
    /// It was not done, and the provider says why.
    Refused(E),
    /// The provider does not know us; nothing was done.
    Unauthorized,
}

/// Root certificates come from the system: in the image that is `/etc/ssl/certs/ca-certificates.crt`.
pub fn client(answer_within: Duration) -> Client {
    Client::builder()
        .connect_timeout(CONNECT_TIMEOUT.min(answer_within))
        .timeout(answer_within)
        .redirect(reqwest::redirect::Policy::none())
        .user_agent(concat!("EcommerceStack/", env!("CARGO_PKG_VERSION")))
        .build()
        .expect("a client with time limits can be built")
}

/// A lost connection, an answer that can't be read, a conflict, a rate limit and a 5xx say nothing of the effect.
pub async fn exchange<T: DeserializeOwned, E: DeserializeOwned>(
    provider: &'static str,
    request: RequestBuilder,
) -> Result<T, Failure<E>> {
    let (status, body) = match whole_answer(request).await {
        Ok(answer) => answer,
        Err(error) => {
            // Without the URL: it may name a customer.
            let error = error.without_url();
            warn!(provider, %error, "No answer from {provider}: {error}");
            return Err(Failure::Unknown);
        }
    };
    match status {
        200..=299 => read(provider, &body).ok_or(Failure::Unknown),
        401 | 403 => {
            metrics::CREDENTIALS_REFUSED.with_label_values(&[provider]).inc();
            error!(provider, status, "{provider} refuses our credentials ({status}): nothing can be paid");
            Err(Failure::Unauthorized)
        }
        409 | 429 => {
            warn!(provider, status, "{provider} answered {status}; asking again later");
            Err(Failure::Unknown)
        }
        400..=499 => Err(read(provider, &body).map_or(Failure::Unknown, Failure::Refused)),
        _ => {
            warn!(provider, status, "{provider} answered {status}: nobody knows what it did");
            Err(Failure::Unknown)
        }
    }
}

async fn whole_answer(request: RequestBuilder) -> reqwest::Result<(u16, Vec<u8>)> {
    let answer = request.send().await?;
    let status = answer.status().as_u16();
    Ok((status, answer.bytes().await?.to_vec()))
}

/// An answer without content reads as `null`.
fn read<T: DeserializeOwned>(provider: &'static str, body: &[u8]) -> Option<T> {
    let body = if body.is_empty() { b"null" } else { body };
    serde_json::from_slice(body)
        .map_err(|error| error!(provider, %error, "The answer of {provider} can't be read: {error}"))
        .ok()
}
