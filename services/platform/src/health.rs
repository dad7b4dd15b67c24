//! Ready means: every gate is open. Whoever can hold the service back owns a gate and says why it is closed.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::tasks;

const LOOK_EVERY: Duration = Duration::from_millis(50);

#[derive(Clone, Debug, Default)]
pub struct Health {
    closed: Arc<Mutex<BTreeMap<&'static str, String>>>,
}

impl Health {
    /// A new gate, closed.
    pub fn gate(&self, name: &'static str) -> Gate {
        let gate = Gate { name, health: self.clone() };
        gate.close("starting");
        gate
    }

    /// The closed gates, each with its reason; empty means ready.
    pub fn closed(&self) -> BTreeMap<&'static str, String> {
        self.closed.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Waits until all of these gates are open, or the process is to stop.
    pub(crate) async fn opened(&self, gates: &[&str], shutdown: &CancellationToken) {
        while !shutdown.is_cancelled() {
            let closed = self.closed();
            if !gates.iter().any(|gate| closed.contains_key(gate)) {
                return;
            }
            tasks::pause(LOOK_EVERY, shutdown).await;
        }
    }
}

#[derive(Clone, Debug)]
pub struct Gate {
    name: &'static str,
    health: Health,
}

impl Gate {
    pub fn open(&self) {
        self.health.closed.lock().unwrap_or_else(PoisonError::into_inner).remove(self.name);
    }

    pub fn close(&self, reason: impl Into<String>) {
        self.health.closed.lock().unwrap_or_else(PoisonError::into_inner).insert(self.name, reason.into());
    }
}
