//! Who asks: access tokens (JWT, EdDSA), checked in every service against the public keys of users.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use actix_web::dev::Payload;
use actix_web::http::header::AUTHORIZATION;
use actix_web::{FromRequest, HttpRequest, web};
use contracts::api::users::UserRole;
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use kernel::UserId;
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;
use tracing::warn;

use crate::{ConfigError, Problem, Settings};

/// `iss` of every access token.
pub const ISSUER: &str = "ecommercestack/users";

/// What an access token says.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Claims {
    pub iss: String,
    pub sub: UserId,
    pub roles: Vec<UserRole>,
    /// Seconds since 1970.
    pub iat: i64,
    pub exp: i64,
}

/// A logged-in person; as an extractor it answers 401 to everyone else.
#[derive(Clone, Debug, PartialEq)]
pub struct Principal {
    pub user_id: UserId,
    pub roles: Vec<UserRole>,
}

impl Principal {
    pub fn require(&self, role: UserRole) -> Result<(), Problem> {
        if self.roles.contains(&role) {
            return Ok(());
        }
        Err(Problem::forbidden(match role {
            UserRole::Customer => "this is for customers",
            UserRole::Seller => "this is for sellers",
            UserRole::Support => "this is for the support team",
            UserRole::Admin => "this is for administrators",
        }))
    }
}

impl FromRequest for Principal {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let verifier =
            request.app_data::<web::Data<TokenVerifier>>().expect("every app has a verifier").clone();
        let header = request.headers().get(AUTHORIZATION).cloned();
        Box::pin(async move {
            let token = header
                .as_ref()
                .and_then(|header| header.to_str().ok())
                .and_then(|header| header.strip_prefix("Bearer "))
                .ok_or_else(|| Problem::unauthenticated("there is no bearer token"))?;
            verifier.verify(token).await
        })
    }
}

/// Knows the public keys; asks users for them when a token names one that it does not know.
#[derive(Clone)]
pub struct TokenVerifier {
    jwks_url: Option<String>,
    http: reqwest::Client,
    keys: Arc<RwLock<HashMap<String, Arc<DecodingKey>>>>,
    fetched_at: Arc<Mutex<Option<Instant>>>,
}

/// Made-up key ids must not become as many requests.
const REFETCH_AFTER: Duration = Duration::from_secs(5);

impl TokenVerifier {
    /// `JWKS_URL` may be missing: users has the key itself.
    pub fn from_settings(settings: &Settings, http: reqwest::Client) -> Result<Self, ConfigError> {
        let jwks_url = settings.find("JWKS_URL").map(str::to_owned);
        Ok(Self { jwks_url, http, keys: Arc::default(), fetched_at: Arc::default() })
    }

    /// Adds a key that need not be fetched.
    pub fn trust(&self, key_id: String, key: DecodingKey) {
        self.keys.write().unwrap_or_else(PoisonError::into_inner).insert(key_id, Arc::new(key));
    }

    pub async fn verify(&self, token: &str) -> Result<Principal, Problem> {
        let invalid = |_| Problem::unauthenticated("the token is not valid");
        let header = jsonwebtoken::decode_header(token).map_err(invalid)?;
        let key_id = header.kid.ok_or_else(|| Problem::unauthenticated("the token names no key"))?;
        let key = self.key(&key_id).await?;

        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.set_issuer(&[ISSUER]);
        validation.set_required_spec_claims(&["exp", "iss", "sub"]);
        validation.leeway = 5;
        let claims =
            jsonwebtoken::decode::<Claims>(token, &key, &validation).map_err(|error| match error.kind() {
                jsonwebtoken::errors::ErrorKind::ExpiredSignature => {
                    Problem::unauthenticated("the token has expired")
                }
                _ => Problem::unauthenticated("the token is not valid"),
            })?;
        Ok(Principal { user_id: claims.claims.sub, roles: claims.claims.roles })
    }

    async fn key(&self, key_id: &str) -> Result<Arc<DecodingKey>, Problem> {
        if let Some(key) = self.known(key_id) {
            return Ok(key);
        }
        self.fetch(key_id).await?;
        self.known(key_id).ok_or_else(|| Problem::unauthenticated("the token's key is unknown"))
    }

    fn known(&self, key_id: &str) -> Option<Arc<DecodingKey>> {
        self.keys.read().unwrap_or_else(PoisonError::into_inner).get(key_id).cloned()
    }

    async fn fetch(&self, key_id: &str) -> Result<(), Problem> {
        let Some(url) = &self.jwks_url else { return Ok(()) };
        // One request for all that wait; those behind it find the key there.
        let mut fetched_at = self.fetched_at.lock().await;
        if self.known(key_id).is_some() || fetched_at.is_some_and(|at| at.elapsed() < REFETCH_AFTER) {
            return Ok(());
        }
        let answer = async { self.http.get(url).send().await?.error_for_status()?.json::<JwkSet>().await };
        let set = answer.await.map_err(|error| {
            warn!(%error, "Could not fetch the public keys from {url}");
            Problem::unavailable()
        })?;
        *fetched_at = Some(Instant::now());
        for jwk in &set.keys {
            if let (Some(key_id), Ok(key)) = (&jwk.common.key_id, DecodingKey::from_jwk(jwk)) {
                self.trust(key_id.clone(), key);
            }
        }
        Ok(())
    }
}
