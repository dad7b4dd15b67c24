//! A provider for trying the shop out: what it does depends on the test token.
//!
//! It is as honest as a real one. Its books are its own: written over its own connection and committed before it
//! answers, never in a payment's transaction, so a payments pod that dies after a call has still made that call, and
//! must find out what became of it. One key has one effect and one answer, for ever.

use std::time::Duration;

use chrono::TimeDelta;
use contracts::api::payments::{DeclineReason, PaymentToken, test_tokens};
use diesel_async::AsyncConnection;
use futures::FutureExt;
use futures::future::BoxFuture;
use kernel::{Clock, Money};
use platform::{Database, StoreError, tasks};
use tokio_util::sync::CancellationToken;
use tracing::warn;

use crate::app::{self, Noticed};
use crate::domain::{BookPage, Call, Key, Operation, Outcome, Provider};

mod cards;
mod ledger;
mod notices;

use ledger::Entry;

/// Longer than any of its transactions takes.
const SETTLES_WITHIN: TimeDelta = TimeDelta::seconds(15);

const TELL_EVERY: Duration = Duration::from_secs(1);

#[derive(Clone)]
pub struct Simulator {
    pub database: Database,
    pub clock: Clock,
    /// How long the late token lets wait.
    pub late_by: Duration,
}

/// What the answer to an authorisation suffers on its way.
enum Line {
    Good,
    Late,
    Broken,
}

impl Provider for Simulator {
    fn name(&self) -> &'static str {
        "simulator"
    }

    fn authorize<'a>(
        &'a self,
        key: &'a Key,
        amount: Money,
        token: &'a PaymentToken,
    ) -> BoxFuture<'a, Outcome> {
        async move {
            let (refused, line) = behaviour(token);
            let refuses_capture = token.as_str() == test_tokens::CAPTURE_FAILS;
            let charges_back = token.as_str() == test_tokens::CHARGEBACK;
            let new = Entry::new(Operation::Authorize, Some(amount));
            let entry = Entry { refused, refuses_capture, charges_back, ..new };
            let outcome = self.once(key, entry).await;
            match line {
                Line::Good => outcome,
                Line::Late => {
                    tokio::time::sleep(self.late_by).await;
                    outcome
                }
                Line::Broken => Outcome::Unknown,
            }
        }
        .boxed()
    }

    fn capture<'a>(&'a self, key: &'a Key, authorization: &'a str, amount: Money) -> BoxFuture<'a, Outcome> {
        self.once(key, Entry::new(Operation::Capture, Some(amount)).on(authorization)).boxed()
    }

    fn void<'a>(&'a self, key: &'a Key, authorization: &'a str) -> BoxFuture<'a, Outcome> {
        self.once(key, Entry::new(Operation::Void, None).on(authorization)).boxed()
    }

    fn refund<'a>(&'a self, key: &'a Key, capture: &'a str, amount: Money) -> BoxFuture<'a, Outcome> {
        self.once(key, Entry::new(Operation::Refund, Some(amount)).on(capture)).boxed()
    }

    fn find<'a>(&'a self, call: &'a Call) -> BoxFuture<'a, Option<Outcome>> {
        async move {
            let found = async { Ok(ledger::find(&mut *self.database.connect().await?, &call.key).await?) };
            found.await.unwrap_or_else(|error: StoreError| Some(unreachable_books(&error)))
        }
        .boxed()
    }

    fn transactions_since<'a>(&'a self, cursor: Option<&'a str>) -> BoxFuture<'a, Option<BookPage>> {
        async move {
            let before = self.clock.now() - SETTLES_WITHIN;
            let listed =
                async { Ok(ledger::list(&mut *self.database.connect().await?, cursor, before).await?) };
            let listed: Result<BookPage, StoreError> = listed.await;
            listed.inspect_err(|error| warn!(%error, "The simulated provider can't read its books")).ok()
        }
        .boxed()
    }
}

impl Simulator {
    /// The answer that the key has, or a new one, which is in the books when this returns.
    async fn once(&self, key: &Key, entry: Entry) -> Outcome {
        let now = self.clock.now();
        let done = async {
            let mut conn = self.database.connect().await?;
            let outcome =
                conn.transaction(async |conn| ledger::find_or_write(conn, key, entry, now).await).await?;
            Ok::<_, StoreError>(outcome)
        };
        done.await.unwrap_or_else(|error| unreachable_books(&error))
    }
}

impl Simulator {
    /// Brings its notices, as a webhook would: handled and marked in one transaction, or brought again.
    pub async fn tell(self, shutdown: CancellationToken) {
        while !shutdown.is_cancelled() {
            let told = async {
                let mut conn = self.database.connect().await?;
                let now = self.clock.now();
                let told = conn.transaction(async |conn| {
                    let Some(notice) = notices::take_due(conn, now).await? else { return Ok(false) };
                    if app::take_notice(conn, self.name(), &notice, now).await? == Noticed::NotYet {
                        notices::put_off(conn, &notice, now).await?;
                    }
                    Ok::<_, diesel::result::Error>(true)
                });
                Ok::<_, StoreError>(told.await?)
            };
            match told.await {
                Ok(true) => continue,
                Ok(false) => {}
                Err(error) => warn!(%error, "The simulated provider can't bring its notices: {error}"),
            }
            tasks::pause(TELL_EVERY, &shutdown).await;
        }
    }
}

/// As when the real one does not answer.
fn unreachable_books(error: &StoreError) -> Outcome {
    warn!(%error, "The simulated provider can't reach its books: {error}");
    Outcome::Unknown
}

fn behaviour(token: &PaymentToken) -> (Option<DeclineReason>, Line) {
    match token.as_str() {
        test_tokens::APPROVED | test_tokens::CAPTURE_FAILS | test_tokens::CHARGEBACK => (None, Line::Good),
        test_tokens::LATE => (None, Line::Late),
        test_tokens::TIMEOUT => (None, Line::Broken),
        test_tokens::DECLINED => (Some(DeclineReason::CardDeclined), Line::Good),
        test_tokens::INSUFFICIENT_FUNDS => (Some(DeclineReason::InsufficientFunds), Line::Good),
        _ => (Some(DeclineReason::UnknownToken), Line::Good),
    }
}
