//! PayPal's webhooks. Who signed one, PayPal itself is asked: it knows its certificates best.

use futures::FutureExt;
use futures::future::BoxFuture;
use kernel::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::PayPal;
use super::api::Failure;
use super::objects::{Authorization, Dispute, Event, Movement, State};
use crate::domain::{Key, News, Notice};
use crate::provider::{Received, Rejected, Unreadable, Webhooks};

/// Header and the name under which PayPal wants it back.
const SIGNED: [(&str, &str); 5] = [
    ("paypal-auth-algo", "auth_algo"),
    ("paypal-cert-url", "cert_url"),
    ("paypal-transmission-id", "transmission_id"),
    ("paypal-transmission-sig", "transmission_sig"),
    ("paypal-transmission-time", "transmission_time"),
];

#[derive(Deserialize)]
struct Verified {
    verification_status: String,
}

impl Webhooks for PayPal {
    fn check<'a>(
        &'a self,
        header: &'a (dyn Fn(&str) -> Option<&'a str> + 'a),
        body: &'a [u8],
        _: Timestamp,
    ) -> BoxFuture<'a, Result<Received, Rejected>> {
        let claim = claim(header, body, &self.webhook_id);
        async move {
            let (event, claim) = claim?;
            let path = ["v1", "notifications", "verify-webhook-signature"];
            match self.api.post_raw::<Verified>(&path, None, claim).await {
                Ok(answer) if answer.verification_status == "SUCCESS" => {
                    Ok(Received { id: event.id, kind: event.event_type })
                }
                Ok(_) | Err(Failure::Refused(_)) => Err(Rejected::Signature),
                Err(Failure::Unknown | Failure::Unauthorized) => Err(Rejected::Unverifiable),
            }
        }
        .boxed()
    }

    fn notice(&self, event: &Value) -> Result<Option<Notice>, Unreadable> {
        let event = Event::deserialize(event)?;
        let Some((key, about, news)) = told(&event)? else { return Ok(None) };
        Ok(Some(Notice {
            id: event.id,
            key: key.as_deref().and_then(Key::parse),
            about,
            news,
            at: event.create_time,
        }))
    }
}

/// The event, and what PayPal is asked: the event goes back byte by byte, for it is signed so.
fn claim<'a>(
    header: &'a (dyn Fn(&str) -> Option<&'a str> + 'a),
    body: &[u8],
    webhook_id: &str,
) -> Result<(Event, String), Rejected> {
    let event: Event = serde_json::from_slice(body).map_err(|_| Rejected::Malformed)?;
    let body = std::str::from_utf8(body).map_err(|_| Rejected::Malformed)?;
    let mut claim = json!({ "webhook_id": webhook_id });
    for (name, field) in SIGNED {
        claim[field] = header(name).ok_or(Rejected::Signature)?.into();
    }
    let claim = claim.to_string();
    let open = claim.strip_suffix('}').expect("an object ends with a brace");
    Ok((event, format!("{open},\"webhook_event\":{body}}}")))
}

type Told = (Option<String>, String, News);

/// `None`: nothing that concerns us. An inquiry is not a charge-back yet, and a dispute that we won never was one.
fn told(event: &Event) -> Result<Option<Told>, Unreadable> {
    let resource = &event.resource;
    Ok(match event.event_type.as_str() {
        "PAYMENT.AUTHORIZATION.CREATED" => {
            let Authorization { id, status, custom_id, expiration_time, .. } =
                Authorization::deserialize(resource)?;
            let news = News::Authorized { reference: id.clone(), capture_before: expiration_time };
            (status == State::Created).then_some((custom_id, id, news))
        }
        "PAYMENT.AUTHORIZATION.VOIDED" => {
            let Authorization { id, .. } = Authorization::deserialize(resource)?;
            Some((None, id.clone(), News::Voided { reference: id }))
        }
        "PAYMENT.CAPTURE.COMPLETED" => {
            let capture = Movement::deserialize(resource)?;
            let amount =
                capture.amount.as_ref().and_then(|amount| amount.money()).ok_or(Unreadable::Amount)?;
            let about = capture.made_from().unwrap_or(&capture.id).to_owned();
            // What the capture carries is the key of its authorisation.
            Some((None, about, News::Captured { reference: capture.id, amount }))
        }
        "PAYMENT.CAPTURE.REFUNDED" => {
            let refund = Movement::deserialize(resource)?;
            let amount =
                refund.amount.as_ref().and_then(|amount| amount.money()).ok_or(Unreadable::Amount)?;
            let capture = refund.made_from().map(str::to_owned);
            capture.map(|about| (refund.custom_id, about, News::Refunded { reference: refund.id, amount }))
        }
        "CUSTOMER.DISPUTE.CREATED" | "CUSTOMER.DISPUTE.UPDATED" => {
            let dispute = Dispute::deserialize(resource)?;
            let is_taken = dispute.dispute_life_cycle_stage.as_deref() == Some("CHARGEBACK");
            if is_taken { charged_back(dispute)? } else { None }
        }
        "CUSTOMER.DISPUTE.RESOLVED" => {
            let dispute = Dispute::deserialize(resource)?;
            let outcome = dispute.dispute_outcome.as_ref().map(|outcome| outcome.outcome_code.as_str());
            if outcome == Some("RESOLVED_BUYER_FAVOUR") { charged_back(dispute)? } else { None }
        }
        _ => None,
    })
}

fn charged_back(dispute: Dispute) -> Result<Option<Told>, Unreadable> {
    let amount = dispute.dispute_amount.money().ok_or(Unreadable::Amount)?;
    let disputed = dispute.disputed_transactions.into_iter().next();
    let news = News::ChargedBack { reference: dispute.dispute_id, amount };
    Ok(disputed.map(|disputed| (None, disputed.seller_transaction_id, news)))
}
