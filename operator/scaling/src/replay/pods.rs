//! A Deployment's pods, for a replay.

use crate::Moment;

/// When each is ready. The newest go first, as in a Deployment.
pub struct Pods(Vec<Moment>);

impl Pods {
    pub fn ready(count: u32) -> Self {
        let mut none = Self(Vec::new());
        none.become_so_many(count, Moment(i64::MIN));
        none
    }

    pub fn count(&self) -> u32 {
        u32::try_from(self.0.len()).unwrap_or(u32::MAX)
    }

    pub fn ready_at(&self, now: Moment) -> u32 {
        let ready = self.0.iter().filter(|since| **since <= now).count();
        u32::try_from(ready).unwrap_or(u32::MAX)
    }

    pub fn become_so_many(&mut self, count: u32, ready: Moment) {
        self.0.resize(usize::try_from(count).unwrap_or(usize::MAX), ready);
    }
}
