//! Access tokens as users makes them, and the JWKS that they are checked against, over real HTTP.

use contracts::api::users::UserRole;
use jsonwebtoken::jwk::{Jwk, JwkSet};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use kernel::{Clock, UserId};
use platform::auth::{Claims, ISSUER};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

/// A key for tests only.
const KEY: &str = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f\n-----END PRIVATE KEY-----\n";
const KEY_ID: &str = "test";

pub struct TestTokens {
    key: EncodingKey,
    server: MockServer,
}

impl TestTokens {
    pub async fn start() -> Self {
        let key = EncodingKey::from_ed_pem(KEY.as_bytes()).unwrap();
        let mut jwk = Jwk::from_encoding_key(&key, Algorithm::EdDSA).unwrap();
        jwk.common.key_id = Some(KEY_ID.to_owned());
        let server = MockServer::start().await;
        Mock::given(method("GET"))
            .and(path("/.well-known/jwks.json"))
            .respond_with(ResponseTemplate::new(200).set_body_json(JwkSet { keys: vec![jwk] }))
            .mount(&server)
            .await;
        Self { key, server }
    }

    pub fn jwks_url(&self) -> String {
        format!("{}/.well-known/jwks.json", self.server.uri())
    }

    /// Good for `lifetime_seconds`; a negative one makes an expired token.
    pub fn token(&self, user: UserId, roles: &[UserRole], lifetime_seconds: i64) -> String {
        let now = Clock::default().now().timestamp();
        let claims = Claims {
            iss: ISSUER.to_owned(),
            sub: user,
            roles: roles.to_vec(),
            iat: now,
            exp: now + lifetime_seconds,
        };
        let header = Header { kid: Some(KEY_ID.to_owned()), ..Header::new(Algorithm::EdDSA) };
        jsonwebtoken::encode(&header, &claims, &self.key).unwrap()
    }
}
