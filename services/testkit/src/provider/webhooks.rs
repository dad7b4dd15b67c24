//! Events on their way to the shop, signed as the real ones are.

use std::time::Duration;

use aws_lc_rs::hmac::{HMAC_SHA256, Key, sign};
use kernel::Clock;
use serde_json::Value;

use super::{Delivery, Dialect};

pub const STRIPE_SECRETS: &str = "whsec_before_0123456789,whsec_now_0123456789";
const STRIPE_SECRET: &str = "whsec_now_0123456789";

pub const PAYPAL_WEBHOOK_ID: &str = "8PT597110X687430LKGECATA";
/// Stands in for PayPal's certificate: only the double can sign, and only it can tell.
const PAYPAL_KEY: &[u8] = b"a key that the double keeps to itself";

/// How an event is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sent {
    Signed,
    /// By somebody who does not have the secret.
    Forged,
    Unsigned,
    /// This long ago.
    Old(Duration),
}

#[derive(Clone)]
pub(super) struct Target {
    pub url: String,
    /// The shop's own, which tests turn.
    pub clock: Clock,
}

/// Delivers each as often, and as soon or late, as asked; what is late comes in no order.
pub(super) async fn deliver(dialect: Dialect, target: &Target, events: &[Value], delivery: Delivery) {
    for event in events {
        for _ in 0..delivery.copies {
            if delivery.before_answer {
                insist(dialect, target, event).await;
                continue;
            }
            let (target, event) = (target.clone(), event.clone());
            #[expect(clippy::disallowed_methods, reason = "ends by itself")]
            tokio::spawn(async move {
                tokio::time::sleep(delivery.after).await;
                insist(dialect, &target, &event).await;
            });
        }
    }
}

/// A provider sends it again when it is not taken; not for as long as the real ones.
async fn insist(dialect: Dialect, target: &Target, event: &Value) {
    for _ in 0..5 {
        if send(dialect, target, event, Sent::Signed).await.0 == 200 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// 0: nobody answered.
pub(super) async fn send(dialect: Dialect, target: &Target, event: &Value, how: Sent) -> (u16, String) {
    let ago = if let Sent::Old(ago) = how { ago } else { Duration::ZERO };
    let (body, time) = (event.to_string(), (target.clock.now() - ago).timestamp().to_string());
    let request = reqwest::Client::new()
        .post(&target.url)
        .header("content-type", "application/json")
        .timeout(Duration::from_secs(10));
    let request = match (dialect, how) {
        (_, Sent::Unsigned) => request,
        (Dialect::Stripe, _) => {
            let secret = if how == Sent::Forged { "whsec_of_somebody_else" } else { STRIPE_SECRET };
            let tag = tag(secret.as_bytes(), &format!("{time}.{body}"));
            request.header("stripe-signature", format!("t={time},v1={tag},v0=00"))
        }
        (Dialect::PayPal, _) => {
            let id = format!("transmission-{}", event["id"].as_str().unwrap_or_default());
            let key = if how == Sent::Forged { b"another".as_slice() } else { PAYPAL_KEY };
            request
                .header("paypal-auth-algo", "SHA256withRSA")
                .header("paypal-cert-url", "https://api.paypal.com/v1/notifications/certs/CERT-1")
                .header("paypal-transmission-sig", tag(key, &paypal_signed(&id, &time, &body)))
                .header("paypal-transmission-id", id)
                .header("paypal-transmission-time", time)
        }
    };
    let Ok(answer) = request.body(body).send().await else { return (0, String::new()) };
    let status = answer.status().as_u16();
    let problem: Value = answer.json().await.unwrap_or_default();
    (status, problem["code"].as_str().unwrap_or_default().to_owned())
}

/// What PayPal says when the shop asks whether it sent this: the event must be there byte by byte.
pub(super) fn paypal_verifies(claim: &Value, raw: &str) -> bool {
    let text = |name: &str| claim[name].as_str().unwrap_or_default().to_owned();
    let event = raw.split_once("\"webhook_event\":").and_then(|(_, rest)| rest.strip_suffix('}'));
    let signed =
        paypal_signed(&text("transmission_id"), &text("transmission_time"), event.unwrap_or_default());
    text("webhook_id") == PAYPAL_WEBHOOK_ID && text("transmission_sig") == tag(PAYPAL_KEY, &signed)
}

fn paypal_signed(id: &str, time: &str, body: &str) -> String {
    format!("{id}|{time}|{PAYPAL_WEBHOOK_ID}|{body}")
}

fn tag(secret: &[u8], content: &str) -> String {
    let tag = sign(&Key::new(HMAC_SHA256, secret), content.as_bytes());
    tag.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}
