//! PayPal: Orders v2 with intent AUTHORIZE, paid with a vaulted means of payment; captures, voids and refunds.
//!
//! PayPal answers a repeated `PayPal-Request-Id` with what became of the first, but not for ever, and for orders only
//! for 6 hours. What became of a call is read off the objects; an authorisation whose reference nobody has told us is
//! found by repeating the request as long as the order is younger, and after that in PayPal's report of transactions.

mod access;
mod amount;
mod api;
mod books;
mod cards;
mod events;
mod objects;

use std::time::Duration;

use chrono::TimeDelta;
use contracts::api::payments::{DeclineReason, PaymentToken};
use futures::FutureExt;
use futures::future::BoxFuture;
use kernel::{Clock, Money, Timestamp};
use platform::{ConfigError, Settings};
use tracing::error;

use self::api::{Api, Failure};
use self::objects::{Authorization, ErrorBody, Movement, Order, State};
use crate::domain::{BookPage, Call, Key, Outcome, Provider, Work};

pub const NAME: &str = "paypal";

/// How long PayPal surely knows the request id of an order.
const REPLAYED_FOR: TimeDelta = TimeDelta::hours(6);

pub struct PayPal {
    api: Api,
    clock: Clock,
    webhook_id: String,
}

impl PayPal {
    /// From `PAYPAL_CLIENT_ID`, `PAYPAL_CLIENT_SECRET`, `PAYPAL_WEBHOOK_ID` and `PAYPAL_API_URL`.
    pub fn from_settings(
        settings: &Settings,
        clock: Clock,
        answer_within: Duration,
    ) -> Result<Self, ConfigError> {
        let api = Api::from_settings(settings, answer_within)?;
        Ok(Self { api, clock, webhook_id: settings.text("PAYPAL_WEBHOOK_ID")?.to_owned() })
    }

    /// The order is made and, where PayPal has not done so by itself, authorised.
    async fn hold(&self, key: &Key, amount: Money, token: &PaymentToken) -> Result<Outcome, Failure> {
        let made = self.api.create_order(key, amount, token).await?;
        let order = match made.authorization() {
            Some(_) => made,
            None if made.needs_the_payer() => {
                // Nothing is held, and without its payer nothing ever will be.
                let reason = DeclineReason::AuthenticationRequired;
                return Ok(Outcome::Declined { reference: made.id, reason });
            }
            None => self.api.authorize_order(key, &made.id).await?,
        };
        Ok(order.authorization().map_or(Outcome::Unknown, held))
    }

    async fn found_authorization(&self, key: &Key) -> Option<Outcome> {
        let ordered_at = made_at(key)?;
        if self.clock.now() - ordered_at < REPLAYED_FOR {
            return None;
        }
        match books::find_authorization(&self.api, key, ordered_at, self.clock.now()).await {
            Some(found) => found.map(|reference| Outcome::Approved { reference, capture_before: None }),
            None => Some(Outcome::Unknown),
        }
    }

    /// What the authorisation says of a capture or a void of it; `None`: it has not happened.
    async fn state(&self, authorization: &str, voiding: bool) -> Option<Outcome> {
        let Ok(found) = self.api.authorization(authorization).await else { return Some(Outcome::Unknown) };
        let reference = found.id.clone();
        match (found.status, voiding) {
            (State::Captured | State::PartiallyCaptured, false) => Some(self.captured(&found).await),
            (State::Captured | State::PartiallyCaptured, true) => {
                Some(Outcome::Declined { reference, reason: DeclineReason::CaptureRefused })
            }
            (State::Voided | State::Expired | State::Denied, true) => {
                Some(Outcome::Approved { reference, capture_before: None })
            }
            (State::Voided | State::Expired | State::Denied, false) => {
                Some(Outcome::Declined { reference, reason: DeclineReason::AuthorizationExpired })
            }
            (State::Created, _) => None,
            _ => Some(Outcome::Unknown),
        }
    }

    /// The capture of this authorisation, which only the order names.
    async fn captured(&self, authorization: &Authorization) -> Outcome {
        let Some(order) = authorization.related.order() else { return Outcome::Unknown };
        let Ok(order) = self.api.order(order).await else { return Outcome::Unknown };
        let capture = order.into_captures().into_iter().next();
        capture.map_or(Outcome::Unknown, |capture| moved(capture, DeclineReason::CaptureRefused))
    }

    async fn found_refund(&self, key: &Key, capture: &str) -> Option<Outcome> {
        let order = async {
            let capture = self.api.captured(capture).await.ok()?;
            self.api.order(capture.related.order()?).await.ok()
        };
        let Some(order) = order.await else { return Some(Outcome::Unknown) };
        let is_this = |refund: &Movement| refund.custom_id.as_deref() == Some(key.as_str());
        let refund = order.into_refunds().into_iter().find(is_this)?;
        Some(moved(refund, DeclineReason::NothingLeft))
    }
}

impl Provider for PayPal {
    fn name(&self) -> &'static str {
        NAME
    }

    fn authorize<'a>(
        &'a self,
        key: &'a Key,
        amount: Money,
        token: &'a PaymentToken,
    ) -> BoxFuture<'a, Outcome> {
        async move {
            match self.hold(key, amount, token).await {
                Ok(outcome) => outcome,
                Err(Failure::Refused(body)) => refused(key, &body),
                Err(Failure::Unknown | Failure::Unauthorized) => Outcome::Unknown,
            }
        }
        .boxed()
    }

    fn capture<'a>(&'a self, key: &'a Key, authorization: &'a str, amount: Money) -> BoxFuture<'a, Outcome> {
        async move {
            match self.api.capture(key, authorization, amount).await {
                Ok(movement) => moved(movement, DeclineReason::CaptureRefused),
                Err(Failure::Refused(body)) if body.is_about_state() => {
                    self.state(authorization, false).await.unwrap_or(Outcome::Unknown)
                }
                Err(Failure::Refused(body)) => refused_as(key, &body, DeclineReason::CaptureRefused),
                Err(Failure::Unknown | Failure::Unauthorized) => Outcome::Unknown,
            }
        }
        .boxed()
    }

    fn void<'a>(&'a self, key: &'a Key, authorization: &'a str) -> BoxFuture<'a, Outcome> {
        async move {
            let reference = authorization.to_owned();
            match self.api.void(key, authorization).await {
                Ok(_) => Outcome::Approved { reference, capture_before: None },
                Err(Failure::Refused(body)) if body.is_about_state() => {
                    self.state(authorization, true).await.unwrap_or(Outcome::Unknown)
                }
                Err(Failure::Refused(body)) => refused_as(key, &body, DeclineReason::CaptureRefused),
                Err(Failure::Unknown | Failure::Unauthorized) => Outcome::Unknown,
            }
        }
        .boxed()
    }

    fn refund<'a>(&'a self, key: &'a Key, capture: &'a str, amount: Money) -> BoxFuture<'a, Outcome> {
        async move {
            match self.api.refund(key, capture, amount).await {
                Ok(movement) => moved(movement, DeclineReason::NothingLeft),
                Err(Failure::Refused(body))
                    if body.has("CAPTURE_DISPUTED") || body.has("REFUND_NOT_ALLOWED") =>
                {
                    refused_as(key, &body, DeclineReason::ChargedBack)
                }
                Err(Failure::Refused(body)) => refused_as(key, &body, DeclineReason::NothingLeft),
                Err(Failure::Unknown | Failure::Unauthorized) => Outcome::Unknown,
            }
        }
        .boxed()
    }

    fn find<'a>(&'a self, call: &'a Call) -> BoxFuture<'a, Option<Outcome>> {
        async move {
            match &call.work {
                Work::Authorize { .. } => self.found_authorization(&call.key).await,
                Work::Capture { authorization, .. } => self.state(authorization, false).await,
                Work::Void { authorization } => self.state(authorization, true).await,
                Work::Refund { capture, .. } => self.found_refund(&call.key, capture).await,
            }
        }
        .boxed()
    }

    fn books_lag(&self) -> TimeDelta {
        books::LAG
    }

    fn transactions_since<'a>(&'a self, cursor: Option<&'a str>) -> BoxFuture<'a, Option<BookPage>> {
        books::page(&self.api, cursor, self.clock.now()).boxed()
    }
}

/// Order ids begin with their time.
fn made_at(key: &Key) -> Option<Timestamp> {
    let (seconds, _) = key.order_id().0.get_timestamp()?.to_unix();
    Timestamp::from_timestamp(i64::try_from(seconds).ok()?, 0)
}

fn held(authorization: &Authorization) -> Outcome {
    let reference = authorization.id.clone();
    match authorization.status {
        State::Created | State::Captured | State::PartiallyCaptured => {
            Outcome::Approved { reference, capture_before: authorization.expiration_time }
        }
        State::Denied => Outcome::Declined { reference, reason: authorization.refusal() },
        State::Voided | State::Expired => {
            Outcome::Declined { reference, reason: DeclineReason::AuthorizationExpired }
        }
        _ => Outcome::Unknown,
    }
}

fn moved(movement: Movement, refusal: DeclineReason) -> Outcome {
    let reference = movement.id;
    match movement.status {
        State::Completed => Outcome::Approved { reference, capture_before: None },
        // Under PayPal's review: asked again until it has decided.
        State::Pending => Outcome::Unknown,
        State::Declined | State::Denied | State::Failed | State::Cancelled => {
            Outcome::Declined { reference, reason: refusal }
        }
        _ => Outcome::Unknown,
    }
}

fn refused(key: &Key, body: &ErrorBody) -> Outcome {
    let reason = body.reason().unwrap_or_else(|| {
        let (name, issue) = (body.name.as_str(), body.issue());
        error!(provider = NAME, name, issue, "PayPal refuses the request itself: {name} {issue}");
        DeclineReason::CardDeclined
    });
    refused_as(key, body, reason)
}

/// The same request id with another content is our defect, and says nothing of what the first one did.
fn refused_as(key: &Key, body: &ErrorBody, reason: DeclineReason) -> Outcome {
    if body.has("DUPLICATE_REQUEST_ID") || body.has("PREVIOUS_REQUEST_IN_PROGRESS") {
        error!(provider = NAME, "PayPal has seen the request {} with other content", key.as_str());
        return Outcome::Unknown;
    }
    Outcome::Declined { reference: key.as_str().to_owned(), reason }
}

impl Order {
    fn needs_the_payer(&self) -> bool {
        self.status == State::PayerActionRequired
    }
}
