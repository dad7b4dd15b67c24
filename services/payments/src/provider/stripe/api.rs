//! Stripe's HTTP API: forms in, JSON out.

use std::time::Duration;

use contracts::api::payments::PaymentToken;
use kernel::Money;
use platform::{ConfigError, Settings};
use reqwest::{Client, Method, RequestBuilder};
use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;
use url::Url;
use url::form_urlencoded::Serializer;

use super::NAME;
use super::objects::{ErrorBody, ErrorEnvelope, Event, Intent, List, Refund};
use crate::domain::Key;
use crate::provider::{http, settings};

/// The version whose objects `objects.rs` reads; the account's own default may be another one.
const VERSION: &str = "2024-06-20";

pub type Failure = http::Failure<ErrorBody>;

pub struct Api {
    http: Client,
    base: Url,
    key: SecretString,
}

impl Api {
    pub fn from_settings(settings: &Settings, answer_within: Duration) -> Result<Self, ConfigError> {
        let key = settings.secret("STRIPE_SECRET_KEY")?;
        if !["sk_", "rk_"].iter().any(|prefix| key.expose_secret().starts_with(prefix)) {
            return Err(settings::wrong(
                "STRIPE_SECRET_KEY",
                "it must be a secret or restricted key (sk_, rk_)",
            ));
        }
        let base = settings::base_url(settings, "STRIPE_API_URL", "https://api.stripe.com")?;
        Ok(Self { http: http::client(answer_within), base, key })
    }

    /// A token of a saved method names its owner at Stripe as well: `cus_1-pm_1`.
    pub async fn create_intent(
        &self,
        key: &Key,
        amount: Money,
        token: &PaymentToken,
    ) -> Result<Intent, Failure> {
        let (customer, method) = parts(token);
        let (units, currency) = (units(amount), currency(amount));
        let order_id = key.order_id().to_string();
        let mut form = vec![
            ("amount", units.as_str()),
            ("currency", currency.as_str()),
            ("payment_method", method),
            ("payment_method_types[]", "card"),
            ("capture_method", "manual"),
            ("confirm", "true"),
            ("error_on_requires_action", "true"),
            ("metadata[order_id]", order_id.as_str()),
            ("metadata[key]", key.as_str()),
            ("expand[]", "latest_charge"),
        ];
        form.extend(customer.map(|customer| ("customer", customer)));
        self.post(&["payment_intents"], key.as_str(), &form).await
    }

    pub async fn intent(&self, id: &str) -> Result<Intent, Failure> {
        self.get(&["payment_intents", id], &[("expand[]", "latest_charge")]).await
    }

    pub async fn search(&self, key: &Key) -> Result<List<Intent>, Failure> {
        let query = format!("metadata['key']:'{}'", key.as_str());
        let query = [("query", query.as_str()), ("expand[]", "data.latest_charge")];
        self.get(&["payment_intents", "search"], &query).await
    }

    pub async fn capture(&self, key: &Key, intent: &str, amount: Money) -> Result<Intent, Failure> {
        let units = units(amount);
        let form = [("amount_to_capture", units.as_str()), ("metadata[capture_key]", key.as_str())];
        self.post(&["payment_intents", intent, "capture"], key.as_str(), &form).await
    }

    pub async fn cancel(&self, intent: &str, under: &str, reason: &str) -> Result<Intent, Failure> {
        self.post(&["payment_intents", intent, "cancel"], under, &[("cancellation_reason", reason)]).await
    }

    pub async fn refund(&self, key: &Key, charge: &str, amount: Money) -> Result<Refund, Failure> {
        let units = units(amount);
        let form = [("charge", charge), ("amount", units.as_str()), ("metadata[key]", key.as_str())];
        self.post(&["refunds"], key.as_str(), &form).await
    }

    /// A charge has few; a hundred come at once.
    pub async fn refunds(&self, charge: &str) -> Result<List<Refund>, Failure> {
        self.get(&["refunds"], &[("charge", charge), ("limit", "100")]).await
    }

    /// What happened between two moments, newest first.
    pub async fn events(&self, query: &[(&str, &str)]) -> Result<List<Event>, Failure> {
        self.get(&["events"], query).await
    }

    pub async fn get<T: DeserializeOwned>(
        &self,
        path: &[&str],
        query: &[(&str, &str)],
    ) -> Result<T, Failure> {
        let mut url = self.url(path);
        url.query_pairs_mut().extend_pairs(query);
        self.exchange(self.http.request(Method::GET, url)).await
    }

    pub async fn post<T: DeserializeOwned>(
        &self,
        path: &[&str],
        idempotency_key: &str,
        form: &[(&str, &str)],
    ) -> Result<T, Failure> {
        let body = Serializer::new(String::new()).extend_pairs(form).finish();
        let request = self
            .http
            .request(Method::POST, self.url(path))
            .header("idempotency-key", idempotency_key)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body);
        self.exchange(request).await
    }

    async fn exchange<T: DeserializeOwned>(&self, request: RequestBuilder) -> Result<T, Failure> {
        let request = request.bearer_auth(self.key.expose_secret()).header("stripe-version", VERSION);
        match http::exchange(NAME, request).await {
            Ok(answer) => Ok(answer),
            Err(http::Failure::Refused(ErrorEnvelope { error })) => Err(Failure::Refused(error)),
            Err(http::Failure::Unknown) => Err(Failure::Unknown),
            Err(http::Failure::Unauthorized) => Err(Failure::Unauthorized),
        }
    }

    fn url(&self, path: &[&str]) -> Url {
        settings::below(&self.base, &[&["v1"], path].concat())
    }
}

pub fn parts(token: &PaymentToken) -> (Option<&str>, &str) {
    match token.as_str().split_once('-') {
        Some((customer, method)) => (Some(customer), method),
        None => (None, token.as_str()),
    }
}

/// Stripe counts in the smallest unit of ISO 4217, as we do: yen whole, the others in hundredths.
fn units(amount: Money) -> String {
    amount.amount_minor.to_string()
}

fn currency(amount: Money) -> String {
    amount.currency.code().to_lowercase()
}
