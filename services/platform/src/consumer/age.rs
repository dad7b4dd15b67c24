//! How long the oldest message in the role's queue has waited at most, as far as this replica can know.
//!
//! A queue gives its messages out in the order in which they came. So what waits now came after the last one that was
//! taken, and after the last moment at which nothing was there. Nobody has to look into the queue for that.

use std::sync::{Arc, Mutex, PoisonError};

use kernel::Timestamp;

#[derive(Clone, Default)]
pub(crate) struct QueueAge(Arc<Mutex<Estimate>>);

/// A message that was taken and is not settled.
pub(super) struct InHand(QueueAge);

impl QueueAge {
    /// A message has come. `published`: `None` where that says nothing of those behind it, because it was here before.
    pub(super) fn taken(&self, published: Option<Timestamp>, now: Timestamp) -> InHand {
        self.with(|estimate| estimate.taken(published, now));
        InHand(self.clone())
    }

    /// So many messages wait, the broker said when it was `asked`.
    pub(super) fn looked(&self, waiting: u32, asked: Timestamp) {
        self.with(|estimate| estimate.looked(waiting, asked));
    }

    pub(crate) fn seconds(&self, now: Timestamp) -> f64 {
        self.with(|estimate| estimate.seconds(now))
    }

    fn with<T>(&self, work: impl FnOnce(&mut Estimate) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Drop for InHand {
    fn drop(&mut self) {
        self.0.with(|estimate| estimate.in_hand -= 1);
    }
}

#[derive(Default)]
struct Estimate {
    /// Whatever waits was published after this; `None` before anything is known.
    since: Option<Timestamp>,
    waiting: u32,
    in_hand: usize,
}

impl Estimate {
    fn taken(&mut self, published: Option<Timestamp>, now: Timestamp) {
        self.in_hand += 1;
        match published {
            // Another server's clock may be ahead: that must not hide what waits later.
            Some(published) => self.not_before(published.min(now)),
            None => self.since = self.since.or(Some(now)),
        }
    }

    fn looked(&mut self, waiting: u32, asked: Timestamp) {
        self.waiting = waiting;
        // What is in hand waits too: a consumer that is stuck has emptied the queue, and is late all the same.
        if self.is_idle() {
            self.not_before(asked);
        }
    }

    /// Never goes back: a message that comes again, or left its outbox late, is older than those behind it.
    fn not_before(&mut self, moment: Timestamp) {
        self.since = self.since.max(Some(moment));
    }

    fn is_idle(&self) -> bool {
        self.waiting == 0 && self.in_hand == 0
    }

    fn seconds(&self, now: Timestamp) -> f64 {
        match self.since {
            Some(since) if !self.is_idle() => (now - since).as_seconds_f64().max(0.0),
            _ => 0.0,
        }
    }
}

#[cfg(test)]
mod tests;
