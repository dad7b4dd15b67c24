//! What a run says while it goes on.

use std::fmt::Display;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

/// Lines that begin with the seconds since the start.
pub struct Progress {
    started: Instant,
    /// Seconds after the start at which something was said last.
    said_at: AtomicU64,
}

const EVERY_SECONDS: u64 = 5;

impl Progress {
    pub fn start() -> Self {
        Self { started: Instant::now(), said_at: AtomicU64::new(0) }
    }

    pub fn say(&self, line: impl Display) {
        let now = self.started.elapsed().as_secs();
        self.said_at.store(now, Ordering::Relaxed);
        println!("{now:4}s  {line}");
    }

    /// Says it if nothing was said for a while.
    pub fn now_and_then(&self, line: impl FnOnce() -> String) {
        if self.started.elapsed().as_secs() >= self.said_at.load(Ordering::Relaxed) + EVERY_SECONDS {
            self.say(line());
        }
    }
}
