//! Stripe's events: what they tell of payments, and what they say of the books.

use futures::FutureExt;
use futures::future::BoxFuture;
use kernel::{Money, Timestamp};
use serde::Deserialize;
use serde_json::Value;

use super::Stripe;
use super::objects::{Dispute, Event, Intent, IntentStatus, Refund, RefundStatus, money};
use crate::domain::{Key, News, Notice};
use crate::provider::{Received, Rejected, Unreadable, Webhooks};

/// An event that is about money.
pub enum Story {
    Authorized(Intent),
    Declined(Intent),
    Captured(Intent),
    Voided(Intent),
    Refunded(Refund),
    ChargedBack(Dispute),
}

/// `None`: nothing that concerns us. An inquiry is not a charge-back yet, and a dispute that we won never was one.
pub fn story(event: Event) -> Result<Option<Story>, serde_json::Error> {
    let object = event.data.object;
    Ok(match event.kind.as_str() {
        "payment_intent.amount_capturable_updated" => {
            let intent = Intent::deserialize(object)?;
            (intent.status == IntentStatus::RequiresCapture).then_some(Story::Authorized(intent))
        }
        "payment_intent.payment_failed" => Some(Story::Declined(Intent::deserialize(object)?)),
        "payment_intent.succeeded" => Some(Story::Captured(Intent::deserialize(object)?)),
        // One that we gave up before it held anything lets nothing go.
        "payment_intent.canceled" => {
            let intent = Intent::deserialize(object)?;
            (!intent.is_abandoned()).then_some(Story::Voided(intent))
        }
        "refund.created" | "refund.updated" | "charge.refund.updated" => {
            let refund = Refund::deserialize(object)?;
            let counts = matches!(refund.status, RefundStatus::Succeeded | RefundStatus::Pending);
            counts.then_some(Story::Refunded(refund))
        }
        "charge.dispute.created" => {
            let dispute = Dispute::deserialize(object)?;
            (!dispute.status.starts_with("warning_")).then_some(Story::ChargedBack(dispute))
        }
        "charge.dispute.closed" => {
            let dispute = Dispute::deserialize(object)?;
            (dispute.status == "lost").then_some(Story::ChargedBack(dispute))
        }
        _ => None,
    })
}

impl Webhooks for Stripe {
    fn check<'a>(
        &'a self,
        header: &'a (dyn Fn(&str) -> Option<&'a str> + 'a),
        body: &'a [u8],
        now: Timestamp,
    ) -> BoxFuture<'a, Result<Received, Rejected>> {
        let signed = self.webhooks.check(header("stripe-signature"), body, now);
        let received = signed.and_then(|()| {
            let event: Event = serde_json::from_slice(body).map_err(|_| Rejected::Malformed)?;
            Ok(Received { id: event.id, kind: event.kind })
        });
        std::future::ready(received).boxed()
    }

    fn notice(&self, event: &Value) -> Result<Option<Notice>, Unreadable> {
        let event = Event::deserialize(event)?;
        let (id, at) = (event.id.clone(), Timestamp::from_timestamp(event.created, 0).unwrap_or_default());
        let Some(story) = story(event)? else { return Ok(None) };
        let key = story.key();
        let (about, news) = story.told().ok_or(Unreadable::Amount)?;
        Ok(Some(Notice { id, key, about, news, at }))
    }
}

impl Story {
    /// A cancelled intent does not keep the key that it was cancelled under.
    pub fn key(&self) -> Option<Key> {
        let key = match self {
            Self::Authorized(intent) | Self::Declined(intent) => intent.key(),
            Self::Captured(intent) => intent.metadata.get("capture_key").map(String::as_str),
            Self::Refunded(refund) => refund.key(),
            Self::Voided(_) | Self::ChargedBack(_) => None,
        };
        key.and_then(Key::parse)
    }

    pub fn amount(&self) -> Option<Money> {
        match self {
            Self::Authorized(intent) | Self::Declined(intent) | Self::Voided(intent) => {
                money(intent.amount, &intent.currency)
            }
            Self::Captured(intent) => money(intent.amount_received, &intent.currency),
            Self::Refunded(refund) => money(refund.amount, &refund.currency),
            Self::ChargedBack(dispute) => money(dispute.amount, &dispute.currency),
        }
    }

    /// What it is about, and the news; `None`: an amount of no currency of ours, or a capture without its charge.
    fn told(self) -> Option<(String, News)> {
        let amount = self.amount()?;
        Some(match self {
            Self::Authorized(intent) => {
                let capture_before = intent.capture_before();
                (intent.id.clone(), News::Authorized { reference: intent.id, capture_before })
            }
            Self::Declined(intent) => {
                let reason = intent.refusal();
                (intent.id.clone(), News::Declined { reference: intent.id, reason })
            }
            Self::Captured(intent) => {
                let reference = intent.charge_id()?.to_owned();
                (intent.id, News::Captured { reference, amount })
            }
            Self::Voided(intent) => (intent.id.clone(), News::Voided { reference: intent.id }),
            Self::Refunded(refund) => (refund.charge?, News::Refunded { reference: refund.id, amount }),
            Self::ChargedBack(dispute) => {
                (dispute.charge, News::ChargedBack { reference: dispute.id, amount })
            }
        })
    }
}
