//! `Stripe-Signature`: `t=<seconds>,v1=<hex>,...`, an HMAC-SHA256 over `<t>.<body>`.
//!
//! Several `v1` come while Stripe rolls a secret, and several secrets may be ours while we do.

use aws_lc_rs::hmac::{HMAC_SHA256, Key, verify};
use chrono::TimeDelta;
use kernel::Timestamp;
use platform::{ConfigError, Settings};
use secrecy::{ExposeSecret, SecretString};

use crate::provider::{Rejected, settings};

const TOLERANCE: TimeDelta = TimeDelta::minutes(5);

pub struct Secrets(Vec<SecretString>);

impl Secrets {
    /// `STRIPE_WEBHOOK_SECRETS`: one or more, by comma.
    pub fn from_settings(settings: &Settings) -> Result<Self, ConfigError> {
        const NAME: &str = "STRIPE_WEBHOOK_SECRETS";
        let all = settings.secret(NAME)?;
        let all: Vec<&str> =
            all.expose_secret().split(',').map(str::trim).filter(|one| !one.is_empty()).collect();
        if all.is_empty() || all.iter().any(|one| one.len() < 16) {
            return Err(settings::wrong(NAME, "it must be secrets of 16 characters or more, by comma"));
        }
        Ok(Self(all.into_iter().map(SecretString::from).collect()))
    }

    /// Signed by one of our secrets, and not long ago.
    pub fn check(&self, header: Option<&str>, body: &[u8], now: Timestamp) -> Result<(), Rejected> {
        let signature = header.and_then(Signature::parse).ok_or(Rejected::Signature)?;
        let signed = [signature.time.as_bytes(), b".", body].concat();
        let is_ours = self.0.iter().any(|secret| {
            let key = Key::new(HMAC_SHA256, secret.expose_secret().as_bytes());
            signature.tags.iter().any(|tag| verify(&key, &signed, tag).is_ok())
        });
        if !is_ours {
            return Err(Rejected::Signature);
        }
        let at = signature.time.parse().ok().and_then(|seconds| Timestamp::from_timestamp(seconds, 0));
        let age = now - at.ok_or(Rejected::Signature)?;
        if age.abs() > TOLERANCE { Err(Rejected::TooOld) } else { Ok(()) }
    }
}

struct Signature<'a> {
    time: &'a str,
    tags: Vec<Vec<u8>>,
}

impl<'a> Signature<'a> {
    fn parse(header: &'a str) -> Option<Self> {
        let (mut time, mut tags) = (None, Vec::new());
        for part in header.split(',') {
            match part.trim().split_once('=')? {
                ("t", value) => time = Some(value),
                ("v1", value) => tags.extend(from_hex(value)),
                // Other schemes are weaker, or not known yet.
                _ => {}
            }
        }
        Some(Self { time: time?, tags })
    }
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    if !text.len().is_multiple_of(2) {
        return None;
    }
    text.as_bytes().chunks(2).map(|pair| Some(digit(pair[0])? * 16 + digit(pair[1])?)).collect()
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::hmac::sign;

    use super::*;

    const OLD: &str = "whsec_old_0123456789";
    const NEW: &str = "whsec_new_0123456789";

    fn secrets() -> Secrets {
        Secrets(vec![OLD.into(), NEW.into()])
    }

    fn now() -> Timestamp {
        Timestamp::from_timestamp(1_800_000_000, 0).unwrap()
    }

    fn tag(secret: &str, time: &str, body: &str) -> String {
        let tag = sign(&Key::new(HMAC_SHA256, secret.as_bytes()), format!("{time}.{body}").as_bytes());
        tag.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    fn checked(header: &str, body: &str) -> Result<(), Rejected> {
        secrets().check(Some(header), body.as_bytes(), now())
    }

    #[test]
    fn either_secret_and_any_of_several_tags_will_do() {
        for secret in [OLD, NEW] {
            let good = tag(secret, "1800000000", "{}");
            assert_eq!(checked(&format!("t=1800000000,v1={good}"), "{}"), Ok(()));
            assert_eq!(checked(&format!("t=1800000000,v1=00,v1={good},v0=ff"), "{}"), Ok(()));
        }
    }

    #[test]
    fn another_body_time_secret_or_scheme_is_forged() {
        let good = tag(NEW, "1800000000", "{}");
        let header = format!("t=1800000000,v1={good}");
        assert_eq!(checked(&header, "{ }"), Err(Rejected::Signature));
        assert_eq!(checked(&format!("t=1800000001,v1={good}"), "{}"), Err(Rejected::Signature));
        assert_eq!(checked(&format!("t=1800000000,v0={good}"), "{}"), Err(Rejected::Signature));
        let foreign = tag("whsec_of_someone_else", "1800000000", "{}");
        assert_eq!(checked(&format!("t=1800000000,v1={foreign}"), "{}"), Err(Rejected::Signature));
        for junk in ["", "t", "t=,v1=", "v1=00", "t=1800000000", "t=1800000000,v1=0", "t=1800000000,v1=zz"] {
            assert_eq!(checked(junk, "{}"), Err(Rejected::Signature), "{junk}");
        }
        assert_eq!(secrets().check(None, b"{}", now()), Err(Rejected::Signature));
    }

    #[test]
    fn what_is_older_than_five_minutes_or_from_the_future_is_too_old() {
        for (time, expected) in [
            ("1799999700", Ok(())),
            ("1799999699", Err(Rejected::TooOld)),
            ("1800000300", Ok(())),
            ("1800000301", Err(Rejected::TooOld)),
        ] {
            assert_eq!(checked(&format!("t={time},v1={}", tag(NEW, time, "{}")), "{}"), expected, "{time}");
        }
    }
}
