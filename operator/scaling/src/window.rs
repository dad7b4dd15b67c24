//! What was seen in the time just past.

use std::time::Duration;

use crate::Moment;

/// Values by the moment they were seen at, oldest first.
#[derive(Clone, Debug, PartialEq)]
pub struct Window<T>(Vec<(Moment, T)>);

impl<T> Default for Window<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Copy + PartialEq> Window<T> {
    pub fn push(&mut self, now: Moment, value: T) {
        self.0.push((now, value));
    }

    /// The same, of a value that stays in force until another one comes.
    pub fn change(&mut self, now: Moment, value: T) {
        if self.newest() != Some(value) {
            self.push(now, value);
        }
    }

    pub fn newest(&self) -> Option<T> {
        self.0.last().map(|(_, value)| *value)
    }

    /// Forgets what neither is younger than `span` nor was in force when that began.
    pub fn forget(&mut self, now: Moment, span: Duration) {
        let begin = self.begin(now, span);
        self.0.drain(..begin.saturating_sub(1));
    }

    /// What was seen less than `span` ago; of a span of zero nothing.
    pub fn seen(&self, now: Moment, span: Duration) -> impl Iterator<Item = T> {
        self.0[self.begin(now, span)..].iter().map(|(_, value)| *value)
    }

    /// What was in force less than `span` ago.
    pub fn in_force(&self, now: Moment, span: Duration) -> impl Iterator<Item = T> {
        self.0[self.begin(now, span).saturating_sub(1)..].iter().map(|(_, value)| *value)
    }

    #[cfg(test)]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    fn begin(&self, now: Moment, span: Duration) -> usize {
        self.0.partition_point(|(at, _)| now.since(*at) >= span)
    }
}
