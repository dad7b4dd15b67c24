//! Sends what is due: takes it (its lease is committed first), hands it to the channel (no transaction is open), records
//! what became of it with its event.
//!
//! A worker that dies in between leaves a lease that ends, and the next one sends again: a message may come twice, never
//! not at all.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use contracts::api::notifications::{Channel, NotificationStatus};
use contracts::messages::notifications::{NotificationFailed, NotificationSent};
use diesel_async::AsyncConnection;
use kernel::{Clock, Timestamp};
use platform::outbox::Event;
use platform::{Connection, Database, StoreError};
use tracing::{error, info, warn};
use uuid::Uuid;

use crate::channel::{Browser, Courier, Outcome, Parcel, Receipt, Recipient};
use crate::domain::{MAX_ATTEMPTS, News, try_again_after, write};
use crate::metrics;
use crate::render::{Message, Shop, render};
use crate::store::{self, Job, Settlement};

/// Longer than sending may take, with time to record; after it another worker takes over.
pub const LEASE: Duration = Duration::from_secs(90);

/// A notification to be sent, with the browsers that it goes to.
pub struct Task {
    job: Job,
    browsers: Vec<Browser>,
}

/// Takes up to `at_most` notifications of a channel that are due.
pub async fn claim_deliveries(
    database: &Database,
    channel: Channel,
    now: Timestamp,
    at_most: usize,
) -> Result<Vec<Task>, StoreError> {
    let at_most = i64::try_from(at_most).expect("a worker sends few at once");
    let mut conn = database.connect().await?;
    let jobs = store::deliveries_claim(&mut conn, channel, now, now + LEASE, at_most).await?;
    let mut browsers: HashMap<Uuid, Vec<Browser>> = HashMap::new();
    if channel == Channel::WebPush && !jobs.is_empty() {
        let users: Vec<Uuid> = jobs.iter().map(|job| job.user_id.0).collect();
        for (user, browser) in store::subscriptions_of(&mut conn, &users).await? {
            browsers.entry(user).or_default().push(browser);
        }
    }
    let task = |job: Job| Task { browsers: browsers.get(&job.user_id.0).cloned().unwrap_or_default(), job };
    Ok(jobs.into_iter().map(task).collect())
}

pub struct Dispatcher {
    pub database: Database,
    pub clock: Clock,
    pub courier: Arc<dyn Courier>,
    pub shop: Shop,
    /// Past this an attempt has failed.
    pub send_within: Duration,
}

impl Dispatcher {
    pub async fn deliver(&self, task: Task) {
        let receipt = self.send(&task).await;
        self.record(&task.job, &receipt).await;
    }

    async fn send(&self, task: &Task) -> Receipt {
        let job = &task.job;
        if job.attempts > MAX_ATTEMPTS {
            // The workers that took it died before they could say how it went.
            return Outcome::never("every attempt broke off").into();
        }
        let (recipient, message) = match (recipient(task), self.message(job)) {
            (Ok(recipient), Ok(message)) => (recipient, message),
            (Err(outcome), _) | (_, Err(outcome)) => return outcome.into(),
        };
        let parcel = Parcel { id: job.id, recipient, message };
        let late = |_| Outcome::later("it took too long").into();
        tokio::time::timeout(self.send_within, self.courier.deliver(&parcel)).await.unwrap_or_else(late)
    }

    fn message(&self, job: &Job) -> Result<Message, Outcome> {
        match News::decode(&job.envelope) {
            Ok(Some(news)) => Ok(render(&write(&news, &job.name, job.locale), &self.shop)),
            _ => Err(Outcome::never("its event is not known here")),
        }
    }

    /// Tries for a while: what was sent need not be sent again because the database was away.
    async fn record(&self, job: &Job, receipt: &Receipt) {
        let id = job.id;
        let mut pauses = platform::backoff::until_available();
        let trying = async {
            loop {
                match self.try_record(job, receipt).await {
                    Ok(()) => return,
                    Err(StoreError::Unavailable(why)) => {
                        warn!(notification.id = %id, error = why, "Notification {id} waits for the database");
                        tokio::time::sleep(pauses.next().unwrap_or_default()).await;
                    }
                    Err(StoreError::Query(failure)) => {
                        error!(notification.id = %id, error = %failure, "Could not record notification {id}");
                        return;
                    }
                }
            }
        };
        if tokio::time::timeout(LEASE / 3, trying).await.is_err() {
            warn!(notification.id = %id, "Gave up recording notification {id}; its lease will end");
        }
    }

    async fn try_record(&self, job: &Job, receipt: &Receipt) -> Result<(), StoreError> {
        let now = self.clock.now();
        let mut conn = self.database.connect().await?;
        if !receipt.gone.is_empty() {
            store::subscriptions_delete(&mut conn, &receipt.gone).await?;
        }
        match &receipt.outcome {
            Outcome::Sent => settle(&mut conn, job, None, now).await,
            Outcome::Never { reason } => settle(&mut conn, job, Some(reason), now).await,
            Outcome::Later { reason, after } => {
                let asked_for = after.and_then(|after| TimeDelta::from_std(after).ok());
                match try_again_after(job.attempts, asked_for, rand::random()) {
                    None => settle(&mut conn, job, Some(reason), now).await,
                    Some(pause) => postpone(&mut conn, job, reason, pause, now).await,
                }
            }
        }
    }
}

/// What the person can be reached by on this channel now; it may have changed since the notification was made.
fn recipient(task: &Task) -> Result<Recipient, Outcome> {
    let job = &task.job;
    match job.channel {
        Channel::Email => Ok(Recipient::Email { name: job.name.clone(), address: job.email.clone() }),
        Channel::Sms => match &job.phone {
            Some(phone) => Ok(Recipient::Sms { phone: phone.clone() }),
            None => Err(Outcome::never("there is no phone number any more")),
        },
        Channel::WebPush if task.browsers.is_empty() => {
            Err(Outcome::never("no browser is subscribed any more"))
        }
        Channel::WebPush => Ok(Recipient::WebPush { browsers: task.browsers.clone() }),
    }
}

/// With the event, in one transaction. `failure`: why it was given up; none: it was sent.
async fn settle(
    conn: &mut Connection,
    job: &Job,
    failure: Option<&str>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let status = if failure.is_some() { NotificationStatus::Failed } else { NotificationStatus::Sent };
    let settlement = Settlement { status, reason: failure };
    let settled = conn
        .transaction(async |conn| {
            let settled = store::delivery_settle(conn, job, &settlement, now).await?;
            if settled {
                event(job, failure, now).record(conn).await?;
            }
            Ok::<_, diesel::result::Error>(settled)
        })
        .await?;
    if settled {
        told(job, failure);
    }
    Ok(())
}

fn event(job: &Job, failure: Option<&str>, now: Timestamp) -> Event {
    let (notification_id, user_id, channel, template) =
        (job.id, job.user_id, job.channel, job.template.clone());
    let event = match failure {
        None => Event::new(&NotificationSent { notification_id, user_id, channel, template }, now),
        Some(reason) => {
            let reason = reason.to_owned();
            Event::new(&NotificationFailed { notification_id, user_id, channel, template, reason }, now)
        }
    };
    event.caused_by(&job.envelope).version(1)
}

fn told(job: &Job, failure: Option<&str>) {
    let (id, channel, template) = (job.id, job.channel.name(), job.template.as_str());
    match failure {
        None => {
            metrics::SENT.with_label_values(&[channel, template]).inc();
            info!(notification.id = %id, channel, template, "Sent notification {id} by {channel}");
        }
        Some(why) => {
            metrics::FAILED.with_label_values(&[channel, template]).inc();
            error!(notification.id = %id, channel, template, error = why, "Gave up notification {id} by {channel}: {why}");
        }
    }
}

async fn postpone(
    conn: &mut Connection,
    job: &Job,
    reason: &str,
    pause: TimeDelta,
    now: Timestamp,
) -> Result<(), StoreError> {
    let (id, channel, seconds) = (job.id, job.channel.name(), pause.num_seconds());
    metrics::RETRIED.with_label_values(&[channel]).inc();
    warn!(notification.id = %id, channel, error = reason, "Could not send notification {id} by {channel}: {reason}; trying again in {seconds} s");
    Ok(store::delivery_postpone(conn, job, now + pause).await?)
}
