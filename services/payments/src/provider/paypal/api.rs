//! PayPal's HTTP API: JSON both ways, under an access token.

use std::time::Duration;

use contracts::api::payments::PaymentToken;
use kernel::Money;
use platform::{ConfigError, Settings};
use reqwest::{Client, Method, RequestBuilder};
use secrecy::ExposeSecret;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::{Value, json};
use url::Url;

use super::NAME;
use super::access::Access;
use super::amount;
use super::objects::{Authorization, ErrorBody, Movement, Order, Report};
use crate::domain::Key;
use crate::provider::{http, settings};

pub type Failure = http::Failure<ErrorBody>;

pub struct Api {
    http: Client,
    base: Url,
    access: Access,
}

impl Api {
    pub fn from_settings(settings: &Settings, answer_within: Duration) -> Result<Self, ConfigError> {
        let client_id = settings.text("PAYPAL_CLIENT_ID")?.to_owned();
        let access = Access::new(client_id, settings.secret("PAYPAL_CLIENT_SECRET")?);
        let base = settings::base_url(settings, "PAYPAL_API_URL", "https://api-m.paypal.com")?;
        Ok(Self { http: http::client(answer_within), base, access })
    }

    pub async fn create_order(
        &self,
        key: &Key,
        amount: Money,
        token: &PaymentToken,
    ) -> Result<Order, Failure> {
        let unit = json!({ "custom_id": key.as_str(), "amount": written(amount) });
        let body = json!({
            "intent": "AUTHORIZE",
            "purchase_units": [unit],
            "payment_source": source(token),
        });
        self.post(&["v2", "checkout", "orders"], key.as_str(), &body).await
    }

    pub async fn authorize_order(&self, key: &Key, order: &str) -> Result<Order, Failure> {
        let under = format!("{}:authorize", key.as_str());
        self.post(&["v2", "checkout", "orders", order, "authorize"], &under, &json!({})).await
    }

    pub async fn order(&self, id: &str) -> Result<Order, Failure> {
        self.get(&["v2", "checkout", "orders", id], &[]).await
    }

    pub async fn captured(&self, id: &str) -> Result<Movement, Failure> {
        self.get(&["v2", "payments", "captures", id], &[]).await
    }

    pub async fn authorization(&self, id: &str) -> Result<Authorization, Failure> {
        self.get(&["v2", "payments", "authorizations", id], &[]).await
    }

    pub async fn capture(&self, key: &Key, authorization: &str, amount: Money) -> Result<Movement, Failure> {
        let body = json!({ "amount": written(amount), "final_capture": true });
        let path = ["v2", "payments", "authorizations", authorization, "capture"];
        self.post(&path, key.as_str(), &body).await
    }

    pub async fn void(&self, key: &Key, authorization: &str) -> Result<IgnoredAny, Failure> {
        let path = ["v2", "payments", "authorizations", authorization, "void"];
        self.post(&path, key.as_str(), &json!({})).await
    }

    pub async fn refund(&self, key: &Key, capture: &str, amount: Money) -> Result<Movement, Failure> {
        let body = json!({ "amount": written(amount), "custom_id": key.as_str() });
        self.post(&["v2", "payments", "captures", capture, "refund"], key.as_str(), &body).await
    }

    pub async fn report(&self, query: &[(&str, &str)]) -> Result<Report, Failure> {
        self.get(&["v1", "reporting", "transactions"], query).await
    }

    pub async fn get<T: DeserializeOwned>(
        &self,
        path: &[&str],
        query: &[(&str, &str)],
    ) -> Result<T, Failure> {
        let mut url = settings::below(&self.base, path);
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        self.exchange(|| self.http.request(Method::GET, url.clone())).await
    }

    pub async fn delete(&self, path: &[&str]) -> Result<IgnoredAny, Failure> {
        let url = settings::below(&self.base, path);
        self.exchange(|| self.http.request(Method::DELETE, url.clone())).await
    }

    pub async fn post<T: DeserializeOwned>(
        &self,
        path: &[&str],
        request_id: &str,
        body: &Value,
    ) -> Result<T, Failure> {
        self.post_raw(path, Some(request_id), body.to_string()).await
    }

    pub async fn post_raw<T: DeserializeOwned>(
        &self,
        path: &[&str],
        request_id: Option<&str>,
        body: String,
    ) -> Result<T, Failure> {
        let url = settings::below(&self.base, path);
        let request = || {
            let mut request = self.http.request(Method::POST, url.clone());
            if let Some(id) = request_id {
                request = request.header("paypal-request-id", id);
            }
            request
                .header("prefer", "return=representation")
                .header("content-type", "application/json")
                .body(body.clone())
        };
        self.exchange(request).await
    }

    /// A token may end before its time: once, a new one is fetched.
    async fn exchange<T: DeserializeOwned>(
        &self,
        request: impl Fn() -> RequestBuilder,
    ) -> Result<T, Failure> {
        let mut answer = Err(Failure::Unauthorized);
        for _ in 0..2 {
            let url = settings::below(&self.base, &["v1", "oauth2", "token"]);
            let token = self.access.token(&self.http, url).await?;
            answer = http::exchange(NAME, request().bearer_auth(token.expose_secret())).await;
            if !matches!(answer, Err(Failure::Unauthorized)) {
                break;
            }
            self.access.forget(&token).await;
        }
        answer
    }
}

fn written(amount: Money) -> Value {
    json!({ "currency_code": amount.currency.code(), "value": amount::value(amount) })
}

/// A vaulted means of payment: `card-<id>`, or `paypal-<id>` for an account.
fn source(token: &PaymentToken) -> Value {
    let (kind, id) = token.as_str().split_once('-').unwrap_or(("paypal", token.as_str()));
    match kind {
        "card" => json!({ "card": { "vault_id": id } }),
        "paypal" => json!({ "paypal": { "vault_id": id } }),
        _ => json!({ "paypal": { "vault_id": token.as_str() } }),
    }
}
