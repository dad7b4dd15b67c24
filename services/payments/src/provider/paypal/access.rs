//! The access token that PayPal gives for our client id and secret: kept until shortly before its end.

use std::time::{Duration, Instant};

use reqwest::Client;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use tokio::sync::Mutex;
use url::Url;

use super::NAME;
use super::objects::ErrorBody;
use crate::provider::http::{Failure, exchange};

/// Renewed so long before its end that no call begins with a token that ends on its way.
const MARGIN: Duration = Duration::from_secs(60);

pub struct Access {
    pub client_id: String,
    pub client_secret: SecretString,
    kept: Mutex<Option<Kept>>,
}

struct Kept {
    token: SecretString,
    until: Instant,
}

#[derive(Deserialize)]
struct Granted {
    access_token: SecretString,
    expires_in: u64,
}

impl Access {
    pub fn new(client_id: String, client_secret: SecretString) -> Self {
        Self { client_id, client_secret, kept: Mutex::default() }
    }

    /// One request for all that wait: those behind it find the token there.
    pub async fn token(&self, http: &Client, url: Url) -> Result<SecretString, Failure<ErrorBody>> {
        let mut kept = self.kept.lock().await;
        if let Some(good) = kept.as_ref().filter(|kept| kept.until > Instant::now()) {
            return Ok(good.token.clone());
        }
        let request = http
            .post(url)
            .basic_auth(&self.client_id, Some(self.client_secret.expose_secret()))
            .header("content-type", "application/x-www-form-urlencoded")
            .body("grant_type=client_credentials");
        let granted: Granted = exchange(NAME, request).await.map_err(|failure| match failure {
            // Nothing was asked for yet but a token.
            Failure::<ErrorBody>::Refused(_) => Failure::Unauthorized,
            other => other,
        })?;
        let until = Instant::now() + Duration::from_secs(granted.expires_in).saturating_sub(MARGIN);
        *kept = Some(Kept { token: granted.access_token.clone(), until });
        Ok(granted.access_token)
    }

    /// PayPal does not take this one any more; a newer one stays.
    pub async fn forget(&self, refused: &SecretString) {
        let mut kept = self.kept.lock().await;
        let is_this = |kept: &Kept| kept.token.expose_secret() == refused.expose_secret();
        if kept.as_ref().is_some_and(is_this) {
            *kept = None;
        }
    }
}
