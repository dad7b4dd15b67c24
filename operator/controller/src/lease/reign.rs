//! Until when this process may write: as long as nobody else can have taken the Lease.
//!
//! A process that was stopped for a while finds out that it has lost only when it next looks. Until then every write is
//! measured against this, so that it comes too late to reach a cluster with another leader.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::time::Instant;

#[derive(Clone, Default)]
pub struct Reign(Arc<Mutex<Option<Instant>>>);

#[derive(Debug, thiserror::Error)]
#[error("this process leads no more, and leaves writing to the one that does")]
pub struct Over;

impl Reign {
    pub fn lasts_until(&self, end: Instant) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(end);
    }

    pub fn check(&self) -> Result<(), Over> {
        let end = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        end.filter(|end| Instant::now() < *end).map(drop).ok_or(Over)
    }
}
