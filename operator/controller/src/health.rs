//! Whether this process is alive (its loops turn) and ready (it has spoken to the API server lately).
//!
//! Alive does not mean that the API server answers: an outage of the cluster must not restart the operator. It means
//! that the watches keep being asked for, because a watch that stays silent and is never renewed is a wedged loop.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// A watch asks anew after [`crate::watches::TIMEOUT_SECS`] at the latest, and 30 s of backoff later when that fails.
const WATCH_SILENCE: Duration = Duration::from_secs(300);
/// The Lease is read or renewed every few seconds.
const LEASE_SILENCE: Duration = Duration::from_secs(30);

#[derive(Clone, Default)]
pub struct Health(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    /// When each watch last asked the API server, by path.
    watches: HashMap<String, Instant>,
    lease: Option<Instant>,
    stopping: bool,
}

impl Health {
    /// The watch at `path` sent a request.
    pub fn watch_asked(&self, path: &str) {
        let now = Instant::now();
        self.with(|state| match state.watches.get_mut(path) {
            Some(asked) => *asked = now,
            None => drop(state.watches.insert(path.to_owned(), now)),
        });
    }

    /// A watch that has lost its place lists before it watches again.
    pub fn list_asked(&self, path: &str) {
        self.with(|state| {
            if let Some(asked) = state.watches.get_mut(path) {
                *asked = Instant::now();
            }
        });
    }

    /// The API server answered a request about the Lease.
    pub fn lease_answered(&self) {
        self.with(|state| state.lease = Some(Instant::now()));
    }

    pub fn stopping(&self) {
        self.with(|state| state.stopping = true);
    }

    pub fn live(&self) -> Result<(), String> {
        self.live_at(Instant::now())
    }

    pub fn ready(&self) -> Result<(), String> {
        self.ready_at(Instant::now())
    }

    fn live_at(&self, now: Instant) -> Result<(), String> {
        self.with(|state| {
            let silence = |asked: &Instant| now.saturating_duration_since(*asked);
            let silent = state.watches.iter().find(|(_, asked)| silence(asked) > WATCH_SILENCE);
            silent.map_or(Ok(()), |(path, asked)| {
                Err(format!("the watch of {path} has not asked for {} s", silence(asked).as_secs()))
            })
        })
    }

    fn ready_at(&self, now: Instant) -> Result<(), String> {
        self.with(|state| match state.lease.map(|answered| now.saturating_duration_since(answered)) {
            _ if state.stopping => Err("stopping".to_owned()),
            None => Err("the API server has not answered yet".to_owned()),
            Some(silence) if silence > LEASE_SILENCE => {
                Err(format!("the API server has not answered for {} s", silence.as_secs()))
            }
            Some(_) => Ok(()),
        })
    }

    fn with<T>(&self, act: impl FnOnce(&mut State) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_watch_that_stops_asking_fails_the_liveness_probe() {
        let health = Health::default();
        health.watch_asked("/api/v1/secrets");
        let now = Instant::now();
        assert_eq!(health.live_at(now), Ok(()));
        let late = health.live_at(now + WATCH_SILENCE + Duration::from_secs(1));
        assert_eq!(late, Err("the watch of /api/v1/secrets has not asked for 301 s".to_owned()));
    }

    #[test]
    fn ready_from_the_first_answer_until_the_silence_or_the_stop() {
        let health = Health::default();
        assert!(health.ready().is_err());
        health.lease_answered();
        assert_eq!(health.ready(), Ok(()));
        assert!(health.ready_at(Instant::now() + LEASE_SILENCE + Duration::from_secs(1)).is_err());
        health.stopping();
        assert_eq!(health.ready(), Err("stopping".to_owned()));
    }
}
