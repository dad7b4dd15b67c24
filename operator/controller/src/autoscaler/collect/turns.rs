//! When a server is asked: each of many at a moment of its own, and not too many at once.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::task::yield_now;
use tokio::time::sleep;

use crate::prometheus::Server;

/// Each is a connection, perhaps to nowhere.
const AT_ONCE: usize = 256;
/// Servers are begun with over this time.
const SPREAD: Duration = Duration::from_secs(2);

pub struct Turns {
    places: Semaphore,
    /// Servers that are asked or wait for it.
    here: AtomicUsize,
}

pub struct Turn<'a> {
    here: &'a AtomicUsize,
    _place: Option<SemaphorePermit<'a>>,
}

impl Default for Turns {
    fn default() -> Self {
        Self { places: Semaphore::new(AT_ONCE), here: AtomicUsize::new(0) }
    }
}

impl Turns {
    /// Waits for the server's moment, and for a place.
    pub async fn take(&self, server: &Server) -> Turn<'_> {
        self.here.fetch_add(1, Ordering::Relaxed);
        let mut turn = Turn { here: &self.here, _place: None };
        // Those that begin at the same tick get here first.
        yield_now().await;
        if self.here.load(Ordering::Relaxed) > 1 {
            sleep(offset(server)).await;
        }
        // It is never closed.
        turn._place = self.places.acquire().await.ok();
        turn
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.here.fetch_sub(1, Ordering::Relaxed);
    }
}

fn offset(server: &Server) -> Duration {
    let mut hasher = DefaultHasher::new();
    server.url.hash(&mut hasher);
    SPREAD.mul_f64((hasher.finish() % 1000) as f64 / 1000.0)
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use futures::future::join;

    use super::*;

    fn servers() -> Vec<Server> {
        (0..100).map(|number| Server::open(format!("http://p-{number}"))).collect()
    }

    async fn waits(turns: &Turns, server: &Server) -> Duration {
        let asked = Instant::now();
        let _turn = turns.take(server).await;
        asked.elapsed()
    }

    #[test]
    fn servers_are_begun_with_over_two_seconds_each_at_a_moment_of_its_own() {
        let offsets: Vec<Duration> = servers().iter().map(offset).collect();
        let early = offsets.iter().filter(|offset| **offset < SPREAD / 2).count();
        assert!((25..75).contains(&early), "{early} of 100 in the first half");
        assert!(offsets.iter().all(|offset| *offset < SPREAD));
    }

    #[tokio::test]
    async fn a_server_alone_is_asked_at_once() {
        let (turns, servers) = (Turns::default(), servers());
        let late = servers.iter().find(|server| offset(server) > SPREAD / 2).unwrap();
        for _tick in 0..2 {
            assert!(waits(&turns, late).await < SPREAD / 4);
        }
    }

    #[tokio::test]
    async fn of_several_each_waits_for_its_moment() {
        let (turns, servers) = (Turns::default(), servers());
        let (one, other) = join(waits(&turns, &servers[0]), waits(&turns, &servers[1])).await;
        assert!(one >= offset(&servers[0]) && other >= offset(&servers[1]), "{one:?} {other:?}");
    }
}
