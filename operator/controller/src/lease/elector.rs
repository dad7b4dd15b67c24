//! Acquires, holds and releases the Lease.

use std::time::Duration;

use k8s_openapi::api::coordination::v1::{Lease, LeaseSpec};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{MicroTime, ObjectMeta};
use k8s_openapi::jiff::Timestamp;
use kube::api::PostParams;
use kube::{Api, Client};
use tokio::time::Instant;
use tracing::{info, warn};

use super::reign::Reign;
use super::turn::{Turn, turn};
use crate::client;
use crate::health::Health;

pub const NAME: &str = "ecommerce-operator";

/// `renew_deadline` < `duration`, so that a leader that can't renew is gone before another one starts.
#[derive(Clone, Copy, Debug)]
pub struct Timing {
    /// How long others leave a silent holder alone.
    pub duration: Duration,
    /// How long a leader that can't renew keeps believing.
    pub renew_deadline: Duration,
    /// Between two renewals.
    pub renew_every: Duration,
    /// Between two looks of a candidate, and after a failed request.
    pub retry_every: Duration,
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            duration: Duration::from_secs(15),
            renew_deadline: Duration::from_secs(10),
            renew_every: Duration::from_secs(5),
            retry_every: Duration::from_secs(2),
        }
    }
}

/// Why this process leads no more.
#[derive(Debug, thiserror::Error)]
pub enum Lost {
    #[error("{holder} holds the Lease {NAME} now")]
    Taken { holder: String },
    #[error("the Lease {NAME} could not be renewed for {} s: {reason}", .after.as_secs())]
    Silent { after: Duration, reason: String },
}

/// Where the Lease is kept.
pub struct Place {
    /// For log lines: whom we can't reach.
    pub server: String,
    pub namespace: String,
}

pub struct Elector {
    api: Api<Lease>,
    place: Place,
    me: String,
    timing: Timing,
    health: Health,
    reign: Reign,
    seen: Option<Seen>,
    /// When the last write that succeeded was sent.
    renewed: Instant,
}

/// What a candidate has found out since it last said something.
#[derive(PartialEq, Eq)]
enum News {
    None,
    Waiting(String),
    Failing(String),
}

/// The Lease as last read or written, and when this process noticed.
struct Seen {
    lease: Lease,
    at: Instant,
}

impl Seen {
    fn spec(&self) -> LeaseSpec {
        self.lease.spec.clone().unwrap_or_default()
    }
}

impl Elector {
    /// `reign` is prolonged with every renewal.
    pub fn new(
        client: Client,
        place: Place,
        me: String,
        timing: Timing,
        health: Health,
        reign: Reign,
    ) -> Self {
        Self {
            api: Api::namespaced(client, &place.namespace),
            place,
            me,
            timing,
            health,
            reign,
            seen: None,
            renewed: Instant::now(),
        }
    }

    /// Returns once this process holds the Lease; waits and retries for as long as it takes.
    pub async fn acquire(&mut self) {
        let mut last_news = News::None;
        let mut pause = self.timing.retry_every;
        loop {
            let asked = Instant::now();
            let patience = self.timing.retry_every * 2;
            let news = match tokio::time::timeout(patience, self.try_acquire()).await {
                Ok(Ok(None)) => {
                    self.renewed(asked);
                    return info!(lease.holder = self.me, "Leading as {}", self.me);
                }
                Ok(Ok(Some(holder))) => News::Waiting(holder),
                Ok(Err(error)) => News::Failing(client::reason(&error)),
                Err(_) => News::Failing("no answer".to_owned()),
            };
            pause = match &news {
                News::Failing(_) => (pause * 2).min(self.timing.retry_every * 5),
                News::Waiting(_) | News::None => self.timing.retry_every,
            };
            // Said when it changes, not at every look.
            if news != last_news {
                self.tell(&news);
                last_news = news;
            }
            tokio::time::sleep(pause).await;
        }
    }

    fn tell(&self, news: &News) {
        let Place { server, namespace } = &self.place;
        match news {
            News::None => {}
            News::Waiting(holder) => info!("Waiting: {holder} leads"),
            News::Failing(why) => {
                warn!("Can't take the Lease {namespace}/{NAME} at {server}, trying on: {why}");
            }
        }
    }

    /// `Ok(None)`: ours. `Ok(Some(holder))`: somebody else's.
    async fn try_acquire(&mut self) -> Result<Option<String>, kube::Error> {
        let Some((lease, unchanged_for)) = self.look().await?.map(|seen| (seen.spec(), seen.at.elapsed()))
        else {
            return self.create().await;
        };
        match turn(&self.me, &lease, unchanged_for) {
            Turn::Take | Turn::Renew => match self.write_ours().await {
                Err(error) if client::answered(&error, 409) => Ok(Some("another candidate".to_owned())),
                written => written.map(|()| None),
            },
            Turn::Wait { holder } => Ok(Some(holder)),
        }
    }

    /// Renews until that fails for good; returns why this process leads no more.
    pub async fn hold(&mut self) -> Lost {
        let mut pause = self.timing.renew_every;
        let mut reason = "no answer".to_owned();
        loop {
            let deadline = self.renewed + self.timing.renew_deadline;
            tokio::time::sleep_until((Instant::now() + pause).min(deadline)).await;
            let asked = Instant::now();
            // Half of what is left, so that a request lost in a dead connection leaves time for another.
            let patience = (deadline.saturating_duration_since(asked) / 2).max(Duration::from_millis(500));
            pause = self.timing.retry_every;
            match tokio::time::timeout(patience, self.renew()).await {
                Ok(Ok(None)) => {
                    self.renewed(asked);
                    pause = self.timing.renew_every;
                }
                Ok(Ok(Some(holder))) => return Lost::Taken { holder },
                Ok(Err(error)) => reason = client::reason(&error),
                Err(_) => "no answer".clone_into(&mut reason),
            }
            if Instant::now() >= self.renewed + self.timing.renew_deadline {
                return Lost::Silent { after: self.renewed.elapsed(), reason };
            }
        }
    }

    /// Others wait for longer than the deadline, and from later on.
    fn renewed(&mut self, asked: Instant) {
        self.renewed = asked;
        self.reign.lasts_until(asked + self.timing.renew_deadline);
    }

    async fn renew(&mut self) -> Result<Option<String>, kube::Error> {
        match self.write_ours().await {
            // Somebody wrote to it since: a thief, or a hand that edited a label.
            Err(error) if client::answered(&error, 409) => self.look_after_conflict().await,
            Err(error) if client::answered(&error, 404) => self.create().await,
            written => written.map(|()| None),
        }
    }

    async fn look_after_conflict(&mut self) -> Result<Option<String>, kube::Error> {
        let holder = match self.look().await? {
            Some(seen) => seen.spec().holder_identity.unwrap_or_default(),
            None => return self.create().await,
        };
        if holder != self.me {
            return Ok(Some(if holder.is_empty() { "nobody".to_owned() } else { holder }));
        }
        self.write_ours().await.map(|()| None)
    }

    /// Hands the Lease over if it is ours, so that the next leader need not wait it out. Failing is harmless.
    pub async fn release(&mut self) {
        match tokio::time::timeout(Duration::from_secs(3), self.give_back()).await {
            Ok(Ok(true)) => info!("Released the Lease {NAME}"),
            Ok(Ok(false)) => {}
            Ok(Err(error)) => warn!("Could not release the Lease {NAME}: {}", client::reason(&error)),
            Err(_) => warn!("Could not release the Lease {NAME}: no answer"),
        }
    }

    /// False: it is somebody else's. What was seen last may be older than a renewal that was cut short, so it is read again.
    async fn give_back(&mut self) -> Result<bool, kube::Error> {
        self.seen = None;
        let Some(mut lease) = self.api.get_opt(NAME).await? else { return Ok(false) };
        let spec = lease.spec.get_or_insert_default();
        if spec.holder_identity.as_ref() != Some(&self.me) {
            return Ok(false);
        }
        spec.holder_identity = None;
        spec.lease_duration_seconds = Some(1);
        self.api.replace(NAME, &PostParams::default(), &lease).await?;
        Ok(true)
    }

    async fn look(&mut self) -> Result<Option<&Seen>, kube::Error> {
        let read = self.api.get_opt(NAME).await?;
        self.health.lease_answered();
        let Some(lease) = read else {
            self.seen = None;
            return Ok(None);
        };
        let unchanged = self.seen.as_ref().is_some_and(|seen| {
            seen.lease.metadata.resource_version == lease.metadata.resource_version
                && seen.lease.metadata.uid == lease.metadata.uid
        });
        if !unchanged {
            self.seen = Some(Seen { lease, at: Instant::now() });
        }
        Ok(self.seen.as_ref())
    }

    async fn create(&mut self) -> Result<Option<String>, kube::Error> {
        let lease = Lease {
            metadata: ObjectMeta { name: Some(NAME.to_owned()), ..ObjectMeta::default() },
            spec: Some(self.ours(&LeaseSpec::default())),
        };
        match self.api.create(&PostParams::default(), &lease).await {
            Ok(lease) => {
                self.wrote(lease);
                Ok(None)
            }
            Err(error) if client::answered(&error, 409) => Ok(Some("another candidate".to_owned())),
            Err(error) => Err(error),
        }
    }

    /// Writes our name over the Lease that was last seen; the API server refuses if it is not that one any more.
    async fn write_ours(&mut self) -> Result<(), kube::Error> {
        let mut lease = self.seen.as_ref().map(|seen| seen.lease.clone()).unwrap_or_default();
        lease.spec = Some(self.ours(&lease.spec.unwrap_or_default()));
        let written = self.api.replace(NAME, &PostParams::default(), &lease).await?;
        self.wrote(written);
        Ok(())
    }

    fn wrote(&mut self, lease: Lease) {
        self.health.lease_answered();
        self.seen = Some(Seen { lease, at: Instant::now() });
    }

    fn ours(&self, before: &LeaseSpec) -> LeaseSpec {
        let now = MicroTime(Timestamp::now());
        let held_already = before.holder_identity.as_deref() == Some(self.me.as_str());
        LeaseSpec {
            holder_identity: Some(self.me.clone()),
            lease_duration_seconds: Some(i32::try_from(self.timing.duration.as_secs()).unwrap_or(i32::MAX)),
            acquire_time: if held_already { before.acquire_time.clone() } else { Some(now.clone()) },
            renew_time: Some(now),
            lease_transitions: Some(before.lease_transitions.unwrap_or(0) + i32::from(!held_already)),
            ..before.clone()
        }
    }
}
