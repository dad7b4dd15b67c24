//! Standard Webhooks: who sends a message signs it with a secret that both know, and says when.

use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use aws_lc_rs::hmac::{HMAC_SHA256, Key, sign, verify};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use chrono::TimeDelta;
use kernel::Timestamp;

use crate::Problem;

pub const ID: &str = "webhook-id";
pub const TIMESTAMP: &str = "webhook-timestamp";
pub const SIGNATURE: &str = "webhook-signature";

/// How far the clocks of both sides may be apart; what is older could be a recording.
const TOLERANCE: TimeDelta = TimeDelta::minutes(5);
const PREFIX: &str = "whsec_";

/// What both sides know: 24 to 64 random bytes, written as `whsec_` and base64. Never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct WebhookSecret(Vec<u8>);

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a webhook secret is {PREFIX} and 24 to 64 bytes in base64")]
pub struct SecretError;

impl WebhookSecret {
    /// A new one, of 32 bytes.
    pub fn generate() -> Self {
        Self(rand::random::<[u8; 32]>().to_vec())
    }

    pub fn parse(text: &str) -> Result<Self, SecretError> {
        let encoded = text.strip_prefix(PREFIX).ok_or(SecretError)?;
        let bytes = BASE64_STANDARD.decode(encoded).map_err(|_| SecretError)?;
        if (24..=64).contains(&bytes.len()) { Ok(Self(bytes)) } else { Err(SecretError) }
    }

    /// For whoever is to know it.
    pub fn reveal(&self) -> String {
        format!("{PREFIX}{}", BASE64_STANDARD.encode(&self.0))
    }

    fn key(&self) -> Key {
        Key::new(HMAC_SHA256, &self.0)
    }
}

/// Why a message is not taken as its sender's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Rejected {
    #[error("the webhook headers are missing or malformed")]
    Headers,
    #[error("the message was signed too long ago, or in the future")]
    Time,
    #[error("no signature is right")]
    Signature,
}

impl From<Rejected> for Problem {
    fn from(rejected: Rejected) -> Self {
        match rejected {
            Rejected::Headers => {
                Self::malformed("webhook-headers-invalid", "The webhook headers are missing or malformed")
            }
            Rejected::Time => Self::malformed("webhook-too-old", "The message was signed too long ago"),
            Rejected::Signature => Self::new(
                StatusCode::UNAUTHORIZED,
                "webhook-signature-invalid",
                "The message is not signed by whom it should be",
            ),
        }
    }
}

/// The headers of a message, as they came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    /// The same for each attempt to deliver one message.
    pub id: String,
    timestamp: i64,
    signatures: String,
}

impl Signed {
    pub fn of(request: &HttpRequest) -> Result<Self, Rejected> {
        let header = |name| {
            let value = request.headers().get(name).and_then(|value| value.to_str().ok());
            value.filter(|value| (1..=2_000).contains(&value.len())).ok_or(Rejected::Headers)
        };
        let (id, signatures) = (header(ID)?.to_owned(), header(SIGNATURE)?.to_owned());
        let timestamp = header(TIMESTAMP)?.parse().map_err(|_| Rejected::Headers)?;
        if id.len() > 200 {
            return Err(Rejected::Headers);
        }
        Ok(Self { id, timestamp, signatures })
    }

    /// Whether one of the secrets has signed this content just now; several are good while a secret is changed.
    pub fn verify(&self, secrets: &[WebhookSecret], body: &[u8], now: Timestamp) -> Result<(), Rejected> {
        let content = content(&self.id, self.timestamp, body);
        let given: Vec<Vec<u8>> = self
            .signatures
            .split(' ')
            .filter_map(|signature| signature.strip_prefix("v1,"))
            .filter_map(|signature| BASE64_STANDARD.decode(signature).ok())
            .collect();
        let right = secrets.iter().map(WebhookSecret::key).any(|key| {
            // In constant time.
            given.iter().any(|signature| verify(&key, &content, signature).is_ok())
        });
        if !right {
            return Err(Rejected::Signature);
        }
        let age = now.timestamp().saturating_sub(self.timestamp);
        if age.saturating_abs() > TOLERANCE.num_seconds() { Err(Rejected::Time) } else { Ok(()) }
    }
}

/// The value of the signature header: one signature per secret.
pub fn signatures(secrets: &[WebhookSecret], id: &str, at: Timestamp, body: &[u8]) -> String {
    let content = content(id, at.timestamp(), body);
    let signed = secrets.iter().map(|secret| {
        let tag = sign(&secret.key(), &content);
        format!("v1,{}", BASE64_STANDARD.encode(tag.as_ref()))
    });
    signed.collect::<Vec<_>>().join(" ")
}

fn content(id: &str, timestamp: i64, body: &[u8]) -> Vec<u8> {
    [format!("{id}.{timestamp}.").as_bytes(), body].concat()
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;
    use kernel::Clock;
    use proptest::prelude::*;

    use super::*;

    fn signed(id: &str, at: Timestamp, signatures: &str) -> Result<Signed, Rejected> {
        let request = TestRequest::default()
            .insert_header((ID, id))
            .insert_header((TIMESTAMP, at.timestamp().to_string()))
            .insert_header((SIGNATURE, signatures));
        Signed::of(&request.to_http_request())
    }

    #[test]
    fn a_message_is_taken_from_whoever_knows_the_secret_or_the_one_before() {
        let (old, new, other) =
            (WebhookSecret::generate(), WebhookSecret::generate(), WebhookSecret::generate());
        let (now, body) = (Clock::default().now(), b"{\"on_hand\":3}");
        let both = signatures(&[new.clone(), old.clone()], "msg_1", now, body);
        let message = signed("msg_1", now, &format!("v2,AAAA {both}")).unwrap();
        assert_eq!(message.verify(std::slice::from_ref(&old), body, now), Ok(()));
        assert_eq!(message.verify(&[other.clone(), new.clone()], body, now), Ok(()));
        assert_eq!(message.verify(&[other], body, now), Err(Rejected::Signature));
        assert_eq!(message.verify(&[new], b"{\"on_hand\":4}", now), Err(Rejected::Signature));
        assert_eq!(message.verify(&[], body, now), Err(Rejected::Signature));
    }

    #[test]
    fn a_recording_is_refused_after_five_minutes() {
        let (secret, now) = ([WebhookSecret::generate()], Clock::default().now());
        for (age, expected) in
            [(0, Ok(())), (300, Ok(())), (301, Err(Rejected::Time)), (-301, Err(Rejected::Time))]
        {
            let at = now - TimeDelta::seconds(age);
            let message = signed("msg_1", at, &signatures(&secret, "msg_1", at, b"")).unwrap();
            assert_eq!(message.verify(&secret, b"", now), expected, "{age} s");
        }
    }

    #[test]
    fn missing_and_malformed_headers_are_named_so() {
        let now = Clock::default().now();
        assert_eq!(Signed::of(&TestRequest::default().to_http_request()), Err(Rejected::Headers));
        assert_eq!(signed("", now, "v1,AAAA"), Err(Rejected::Headers));
        assert_eq!(signed(&"a".repeat(201), now, "v1,AAAA"), Err(Rejected::Headers));
    }

    #[test]
    fn the_worked_example_of_the_specification_is_signed_as_it_says() {
        let secret = WebhookSecret::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let at = chrono::DateTime::from_timestamp(1_614_265_330, 0).unwrap();
        let signature = signatures(&[secret], "msg_p5jXN8AQM9LWM0D4loKWxJek", at, b"{\"test\": 2432232314}");
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    proptest! {
        #[test]
        fn a_secret_reads_back_as_it_is_written(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
            let text = format!("whsec_{}", BASE64_STANDARD.encode(&bytes));
            match WebhookSecret::parse(&text) {
                Ok(secret) => prop_assert_eq!(secret.reveal(), text),
                Err(SecretError) => prop_assert!(!(24..=64).contains(&bytes.len())),
            }
        }
    }
}
