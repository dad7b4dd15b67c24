//! RabbitMQ's management API, as far as the operator needs it.

use reqwest::{Client, Method, RequestBuilder, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use super::http::{self, Trust, Unanswered};

/// Where a broker is, and who the operator is to it.
#[derive(Clone)]
pub struct Place {
    /// Without a slash at the end.
    pub url: String,
    pub username: String,
    pub password: SecretString,
    pub trust: Trust,
}

pub struct Management {
    client: Client,
    place: Place,
}

impl Management {
    pub fn at(place: Place) -> Result<Self, Unanswered> {
        Ok(Self { client: http::client(&place.trust)?, place })
    }

    /// Everything that is defined, in all vhosts.
    pub async fn definitions(&self) -> Result<Value, Unanswered> {
        let (status, body) = http::exchange(self.request(Method::GET, "/api/definitions")).await?;
        if !status.is_success() {
            return Err(http::refused(status, &body));
        }
        let strange = |_| Unanswered::Unreachable("it answered with no definitions".to_owned());
        serde_json::from_slice(&body).map_err(strange)
    }

    /// Adds what is missing and changes what can be changed; what is there besides stays.
    pub async fn import(&self, definitions: &Value) -> Result<(), Unanswered> {
        let request = self.request(Method::POST, "/api/definitions").json(definitions);
        let (status, body) = http::exchange(request).await?;
        if status.is_success() { Ok(()) } else { Err(http::refused(status, &body)) }
    }

    /// Gone already is as good.
    pub async fn delete(&self, path: &str) -> Result<(), Unanswered> {
        let (status, body) = http::exchange(self.request(Method::DELETE, path)).await?;
        if status.is_success() || status == StatusCode::NOT_FOUND {
            Ok(())
        } else {
            Err(http::refused(status, &body))
        }
    }

    /// Whether some queue would lose its majority with this very node.
    pub async fn is_quorum_critical(&self) -> Result<bool, Unanswered> {
        let path = "/api/health/checks/node-is-quorum-critical";
        let (status, body) = http::exchange(self.request(Method::GET, path)).await?;
        match status {
            StatusCode::OK => Ok(false),
            StatusCode::SERVICE_UNAVAILABLE => Ok(true),
            _ => Err(http::refused(status, &body)),
        }
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let Place { url, username, password, .. } = &self.place;
        self.client
            .request(method, format!("{url}{path}"))
            .basic_auth(username, Some(password.expose_secret()))
    }
}
