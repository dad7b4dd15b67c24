//! What was last found in each broker: one that is as it should be is left alone for a while.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use k8s_openapi::jiff::Timestamp;
use operator_desired::{Definitions, ExternalBroker};

use super::Standing;
use crate::stack_key::StackKey;

/// A little less than a settled stack is left alone, so that each of its passes looks.
const REST: Duration = Duration::from_secs(9 * 60);

pub struct Brokers {
    /// From the address of a management API to the one where it is asked.
    reach: Arc<dyn Fn(&str) -> String + Send + Sync>,
    seen: Mutex<BTreeMap<StackKey, Seen>>,
}

struct Seen {
    /// Of what was wanted, and where.
    print: u64,
    at: Timestamp,
}

impl Default for Brokers {
    fn default() -> Self {
        Self::reached(str::to_owned)
    }
}

impl Brokers {
    pub fn reached(reach: impl Fn(&str) -> String + Send + Sync + 'static) -> Self {
        Self { reach: Arc::new(reach), seen: Mutex::default() }
    }

    pub fn forget(&self, stack: &StackKey) {
        self.with(|seen| {
            seen.remove(stack);
        });
    }

    pub(super) fn address(&self, url: &str) -> String {
        (self.reach)(url)
    }

    /// Whether exactly this was found in place a short while ago.
    pub(super) fn knows(&self, stack: &StackKey, print: u64, now: Timestamp) -> bool {
        self.with(|seen| {
            seen.get(stack).is_some_and(|seen| {
                let age = now.duration_since(seen.at).unsigned_abs();
                seen.print == print && age < REST
            })
        })
    }

    pub(super) fn remember(&self, stack: &StackKey, print: u64, now: Timestamp, standing: &Standing) {
        let seen = Seen { print, at: now };
        self.with(|table| match standing {
            Standing::InPlace => {
                table.insert(stack.clone(), seen);
            }
            Standing::NotAsked | Standing::Pending(_) | Standing::Unreachable(_) => {
                table.remove(stack);
            }
        });
    }

    fn with<T>(&self, act: impl FnOnce(&mut BTreeMap<StackKey, Seen>) -> T) -> T {
        act(&mut self.seen.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Of what is wanted, and of whom it is asked: another server, or another password, has to be tried at once.
pub(super) fn print(wanted: &Definitions, external: Option<&ExternalBroker>) -> u64 {
    let mut hasher = DefaultHasher::new();
    (&wanted.vhost, wanted.document.to_string(), external).hash(&mut hasher);
    hasher.finish()
}
