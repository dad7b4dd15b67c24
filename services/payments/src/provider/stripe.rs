//! Stripe: PaymentIntents with manual capture, cancellations and refunds.
//!
//! An authorisation's reference is its intent (`pi_`), a capture's the charge (`ch_`), a refund's the refund (`re_`).
//! Stripe answers a repeated `Idempotency-Key` for a day. Past it, what became of a call is read off the objects: an
//! authorisation is searched by our key in its metadata (the search lags by a minute, which the key covers).

mod api;
mod books;
mod cards;
mod events;
mod objects;
mod signature;

use std::time::Duration;

use chrono::TimeDelta;
use contracts::api::payments::{DeclineReason, PaymentToken};
use futures::FutureExt;
use futures::future::BoxFuture;
use kernel::{Clock, Money};
use platform::{ConfigError, Settings};
use tracing::error;

use self::api::{Api, Failure};
use self::objects::{ErrorBody, Intent, IntentStatus, List, Refund, RefundStatus};
pub use self::signature::Secrets;
use crate::domain::{BookPage, Call, Key, Outcome, Provider, Work};

pub const NAME: &str = "stripe";

pub struct Stripe {
    api: Api,
    clock: Clock,
    pub webhooks: Secrets,
}

impl Stripe {
    /// From `STRIPE_SECRET_KEY`, `STRIPE_WEBHOOK_SECRETS` and `STRIPE_API_URL`.
    pub fn from_settings(
        settings: &Settings,
        clock: Clock,
        answer_within: Duration,
    ) -> Result<Self, ConfigError> {
        let api = Api::from_settings(settings, answer_within)?;
        Ok(Self { api, clock, webhooks: Secrets::from_settings(settings)? })
    }

    /// What the intent says of its authorisation.
    async fn authorization(&self, key: &Key, intent: Intent) -> Outcome {
        let capture_before = intent.capture_before();
        let declined = |reason| Outcome::Declined { reference: intent.id.clone(), reason };
        match intent.status {
            IntentStatus::RequiresCapture | IntentStatus::Succeeded => {
                Outcome::Approved { reference: intent.id, capture_before }
            }
            IntentStatus::RequiresPaymentMethod => declined(intent.refusal()),
            IntentStatus::RequiresAction | IntentStatus::RequiresConfirmation => {
                self.abandon(key, &intent.id).await
            }
            IntentStatus::Canceled if intent.is_abandoned() => {
                declined(DeclineReason::AuthenticationRequired)
            }
            IntentStatus::Canceled => declined(DeclineReason::AuthorizationExpired),
            IntentStatus::Processing | IntentStatus::Other => Outcome::Unknown,
        }
    }

    /// The customer would have to prove who they are, and is not here. Declined only once nothing can be held any more.
    async fn abandon(&self, key: &Key, intent: &str) -> Outcome {
        let under = format!("{}:abandon", key.as_str());
        match self.api.cancel(intent, &under, objects::ABANDONED).await {
            Ok(intent) if intent.status == IntentStatus::Canceled => {
                Outcome::Declined { reference: intent.id, reason: DeclineReason::AuthenticationRequired }
            }
            _ => Outcome::Unknown,
        }
    }

    /// A call on an intent was refused: what does the intent itself say?
    async fn state(&self, call: &Work, intent: &str) -> Option<Outcome> {
        match self.api.intent(intent).await {
            Ok(intent) => read_off(call, &intent),
            Err(_) => Some(Outcome::Unknown),
        }
    }

    async fn found_authorization(&self, key: &Key) -> Option<Outcome> {
        match self.api.search(key).await {
            Ok(list) => {
                // One that holds money before one that does not, should there ever be two.
                let best = list.data.into_iter().max_by_key(Intent::holds)?;
                Some(self.authorization(key, best).await)
            }
            Err(_) => Some(Outcome::Unknown),
        }
    }

    async fn found_refund(&self, key: &Key, charge: &str) -> Option<Outcome> {
        match self.api.refunds(charge).await {
            Ok(List { data, .. }) => {
                data.into_iter().find(|one| one.key() == Some(key.as_str())).map(refunded)
            }
            Err(_) => Some(Outcome::Unknown),
        }
    }
}

impl Provider for Stripe {
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
            match self.api.create_intent(key, amount, token).await {
                Ok(intent) => self.authorization(key, intent).await,
                Err(Failure::Refused(body)) => refused(key, &body),
                Err(Failure::Unknown | Failure::Unauthorized) => Outcome::Unknown,
            }
        }
        .boxed()
    }

    fn capture<'a>(&'a self, key: &'a Key, authorization: &'a str, amount: Money) -> BoxFuture<'a, Outcome> {
        async move {
            let call = Work::Capture { authorization: authorization.to_owned(), amount };
            match self.api.capture(key, authorization, amount).await {
                Ok(intent) => read_off(&call, &intent).unwrap_or(Outcome::Unknown),
                Err(Failure::Refused(body)) if body.is_about_state() => {
                    self.state(&call, authorization).await.unwrap_or(Outcome::Unknown)
                }
                Err(Failure::Refused(body)) => refused_as(key, &body, DeclineReason::CaptureRefused),
                Err(Failure::Unknown | Failure::Unauthorized) => Outcome::Unknown,
            }
        }
        .boxed()
    }

    fn void<'a>(&'a self, key: &'a Key, authorization: &'a str) -> BoxFuture<'a, Outcome> {
        async move {
            let call = Work::Void { authorization: authorization.to_owned() };
            match self.api.cancel(authorization, key.as_str(), objects::REQUESTED).await {
                Ok(intent) => read_off(&call, &intent).unwrap_or(Outcome::Unknown),
                Err(Failure::Refused(body)) if body.is_about_state() => {
                    self.state(&call, authorization).await.unwrap_or(Outcome::Unknown)
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
                Ok(refund) => refunded(refund),
                Err(Failure::Refused(body)) if body.is("charge_disputed") => {
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
                Work::Capture { authorization, .. } | Work::Void { authorization } => {
                    self.state(&call.work, authorization).await
                }
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

/// What an intent says of a capture or a void of it; `None`: it has not happened.
fn read_off(call: &Work, intent: &Intent) -> Option<Outcome> {
    let approved = |reference: String| Some(Outcome::Approved { reference, capture_before: None });
    let declined = |reason| Some(Outcome::Declined { reference: intent.id.clone(), reason });
    match (call, intent.status) {
        (Work::Capture { .. }, IntentStatus::Succeeded) => {
            intent.charge_id().map_or(Some(Outcome::Unknown), |charge| approved(charge.to_owned()))
        }
        (Work::Capture { .. }, IntentStatus::Canceled) => declined(DeclineReason::AuthorizationExpired),
        (Work::Void { .. }, IntentStatus::Canceled) => approved(intent.id.clone()),
        (Work::Void { .. }, IntentStatus::Succeeded) => declined(DeclineReason::CaptureRefused),
        (Work::Capture { .. } | Work::Void { .. }, IntentStatus::Processing | IntentStatus::Other) => {
            Some(Outcome::Unknown)
        }
        _ => None,
    }
}

fn refunded(refund: Refund) -> Outcome {
    let reference = refund.id;
    match refund.status {
        // On its way to the bank: it counts, and a failure would come as news.
        RefundStatus::Succeeded | RefundStatus::Pending => {
            Outcome::Approved { reference, capture_before: None }
        }
        RefundStatus::Failed | RefundStatus::Canceled => {
            Outcome::Declined { reference, reason: DeclineReason::NothingLeft }
        }
        RefundStatus::Other => Outcome::Unknown,
    }
}

/// Of an authorisation: the card's own reason, or that of a token which nobody knows.
fn refused(key: &Key, body: &ErrorBody) -> Outcome {
    let reason = body.reason();
    if !body.is_of_the_card() && reason != DeclineReason::UnknownToken {
        let (code, param) = (body.code(), body.param.as_deref().unwrap_or_default());
        error!(provider = NAME, code, param, "Stripe refuses the request itself: {code} {param}");
    }
    refused_as(key, body, reason)
}

/// The same key with another content is our defect, and says nothing of what the first one did.
fn refused_as(key: &Key, body: &ErrorBody, reason: DeclineReason) -> Outcome {
    if body.is_our_keys_fault() {
        error!(provider = NAME, "Stripe has seen the key {} with other content", key.as_str());
        return Outcome::Unknown;
    }
    Outcome::Declined { reference: body.reference().unwrap_or(key.as_str()).to_owned(), reason }
}
