//! Voluntary application server identification (RFC 8292): who sends, signed with the shop's own key.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use jsonwebtoken::jwk::{AlgorithmParameters, Jwk};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use kernel::Timestamp;
use reqwest::header::HeaderValue;
use serde::Serialize;
use url::Url;

/// The longest that RFC 8292 allows is 24 hours; clocks differ.
const LIFETIME: TimeDelta = TimeDelta::hours(12);

pub struct Vapid {
    key: EncodingKey,
    /// Whom the push service writes to when something is wrong: `mailto:` or `https:`.
    subject: String,
    public_key: String,
}

/// Says what was expected, never what was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a P-256 private key in PKCS#8 PEM")]
pub struct KeyError;

#[derive(Serialize)]
struct Claims<'a> {
    aud: String,
    exp: i64,
    sub: &'a str,
}

impl Vapid {
    pub fn from_pem(pem: &str, subject: String) -> Result<Self, KeyError> {
        let key = EncodingKey::from_ec_pem(pem.as_bytes()).map_err(|_| KeyError)?;
        let public_key = public_key(&key).ok_or(KeyError)?;
        Ok(Self { key, subject, public_key })
    }

    /// What a page subscribes with: the point, not compressed, in base64url.
    pub fn public_key(&self) -> &str {
        &self.public_key
    }

    pub fn authorize(&self, endpoint: &Url, now: Timestamp) -> jsonwebtoken::errors::Result<HeaderValue> {
        let aud = endpoint.origin().ascii_serialization();
        let claims = Claims { aud, exp: (now + LIFETIME).timestamp(), sub: &self.subject };
        let token = jsonwebtoken::encode(&Header::new(Algorithm::ES256), &claims, &self.key)?;
        let text = format!("vapid t={token}, k={}", self.public_key);
        let mut value = HeaderValue::from_str(&text).expect("base64url is ASCII");
        value.set_sensitive(true);
        Ok(value)
    }
}

fn public_key(key: &EncodingKey) -> Option<String> {
    let jwk = Jwk::from_encoding_key(key, Algorithm::ES256).ok()?;
    let AlgorithmParameters::EllipticCurve(point) = jwk.algorithm else { return None };
    let coordinate = |text: &str| URL_SAFE_NO_PAD.decode(text).ok().filter(|bytes| bytes.len() == 32);
    let bytes = [vec![4], coordinate(&point.x)?, coordinate(&point.y)?].concat();
    Some(URL_SAFE_NO_PAD.encode(bytes))
}

#[cfg(test)]
mod tests {
    use jsonwebtoken::{DecodingKey, Validation};
    use serde_json::Value;

    use super::*;

    /// For tests only.
    const KEY: &str = "-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgevZzL1gdAFr88hb2\nOF/2NxApJCzGCEDdfSp6VQO30hyhRANCAAQRWz+jn65BtOMvdyHKcvjBeBSDZH2r\n1RTwjmYSi9R/zpBnuQ4EiMnCqfMPWiZqB4QdbAd0E7oH50VpuZ1P087G\n-----END PRIVATE KEY-----\n";
    /// An Ed25519 key in the same armour.
    const OTHER_KIND: &str = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f\n-----END PRIVATE KEY-----\n";

    fn vapid(pem: &str) -> Result<Vapid, KeyError> {
        Vapid::from_pem(pem, "mailto:shop@example.com".to_owned())
    }

    #[test]
    fn the_header_names_shop_and_push_service_and_is_signed_with_the_key_it_names() {
        let (vapid, now) = (vapid(KEY).unwrap(), "2026-03-04T10:00:00Z".parse().unwrap());
        let endpoint = Url::parse("https://push.example:8443/send/abc").unwrap();
        let header = vapid.authorize(&endpoint, now).unwrap();
        let (token, key) =
            header.to_str().unwrap().strip_prefix("vapid t=").unwrap().split_once(", k=").unwrap();
        assert_eq!(key, vapid.public_key());

        let point = URL_SAFE_NO_PAD.decode(key).unwrap();
        let coordinate = |range: std::ops::Range<usize>| URL_SAFE_NO_PAD.encode(&point[range]);
        let key = DecodingKey::from_ec_components(&coordinate(1..33), &coordinate(33..65)).unwrap();
        let mut validation = Validation::new(Algorithm::ES256);
        validation.set_audience(&["https://push.example:8443"]);
        validation.validate_exp = false;
        let claims = jsonwebtoken::decode::<Value>(token, &key, &validation).unwrap().claims;
        assert_eq!(claims["sub"], "mailto:shop@example.com");
        assert_eq!(claims["exp"], now.timestamp() + 12 * 3_600);
    }

    #[test]
    fn the_key_does_not_show_in_logs() {
        let endpoint = Url::parse("https://push.example/").unwrap();
        let header = vapid(KEY).unwrap().authorize(&endpoint, kernel::Clock::default().now()).unwrap();
        assert_eq!(format!("{header:?}"), "Sensitive");
    }

    #[test]
    fn what_is_no_p256_key_is_refused_without_being_printed() {
        let cut = KEY.replace("P087G", "");
        for pem in ["", "secret", OTHER_KIND, &cut] {
            assert_eq!(
                vapid(pem).err().unwrap().to_string(),
                "not a P-256 private key in PKCS#8 PEM",
                "{pem}"
            );
        }
    }
}
