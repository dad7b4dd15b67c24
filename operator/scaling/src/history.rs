//! What went before.

use std::time::Duration;

use crate::band::Band;
use crate::window::Window;
use crate::{Moment, Observation, Policy, Reading, Rules, Source};

/// What went before: samples, asked-for numbers and changes, no older than the longest window of the policy.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    /// The last tick.
    seen: Option<Moment>,
    /// What the samples are of.
    sources: Vec<Source>,
    samples: Vec<Window<f64>>,
    waiting: Window<f64>,
    /// What the metrics asked for.
    bands: Window<Band>,
    /// The number of pods.
    counts: Window<u32>,
    /// Since when everything that a scale-in needs has been known.
    complete: Option<Moment>,
    /// Since when no metric has had a value.
    blind: Option<Moment>,
    panic: Option<Moment>,
}

impl History {
    /// With what is seen now.
    pub(crate) fn with(&self, policy: &Policy, seen: &Observation<'_>) -> Self {
        let goes_on = self.is_followed_by(policy, seen.now);
        let mut next = if goes_on { self.clone() } else { Self::starting_with(seen) };
        next.seen = Some(seen.now);
        next.measure(policy, seen);
        next.counts.change(seen.now, seen.current);
        next.complete = seen.is_complete(policy).then(|| next.complete.unwrap_or(seen.now));
        next.blind = seen.is_blind(policy).then(|| next.blind.unwrap_or(seen.now));
        next.forget(policy, seen.now);
        next
    }

    /// Where nothing went before, the present number counts as asked for.
    fn starting_with(seen: &Observation<'_>) -> Self {
        let mut first = Self::default();
        first.bands.push(seen.now, Band::only(seen.current));
        first
    }

    /// Not after a pause that may hide anything, nor when the clock went back.
    fn is_followed_by(&self, policy: &Policy, now: Moment) -> bool {
        self.seen.is_some_and(|seen| seen <= now && now.since(seen) <= 2 * policy.stable_window)
    }

    fn measure(&mut self, policy: &Policy, seen: &Observation<'_>) {
        if !self.sources.iter().eq(policy.metrics.iter().map(|metric| &metric.source)) {
            self.sources = policy.metrics.iter().map(|metric| metric.source.clone()).collect();
            self.samples = vec![Window::default(); self.sources.len()];
            self.complete = None;
        }
        for (samples, reading) in self.samples.iter_mut().zip(seen.readings) {
            if let Reading::Value { value, .. } = reading {
                samples.push(seen.now, *value);
            }
        }
        if let Some(backlog) = seen.backlog {
            self.waiting.push(seen.now, backlog.waiting);
        }
    }

    fn forget(&mut self, policy: &Policy, now: Moment) {
        let both = [&policy.scale_up, &policy.scale_down];
        let longest = |of: fn(&Rules) -> Duration| both.map(of).into_iter().max().unwrap_or_default();
        for samples in &mut self.samples {
            samples.forget(now, policy.stable_window);
        }
        self.waiting.forget(now, policy.stable_window);
        self.bands.forget(now, longest(|rules| rules.stabilization));
        self.counts.forget(now, longest(Rules::longest_period));
    }

    /// What a metric has been in the stable window.
    pub(crate) fn average(&self, metric: usize, policy: &Policy, now: Moment) -> Option<f64> {
        let (mut sum, mut samples) = (0.0, 0.0);
        for value in self.samples[metric].seen(now, policy.stable_window) {
            sum += value;
            samples += 1.0;
        }
        (samples > 0.0).then(|| sum / samples)
    }

    /// Whether more messages wait than did when the window began.
    pub(crate) fn queue_grows(&self, policy: &Policy, now: Moment) -> bool {
        let before = self.waiting.seen(now, policy.stable_window).next();
        self.waiting.newest() > before
    }

    pub(crate) fn bands(&self, now: Moment, span: Duration) -> impl Iterator<Item = Band> {
        self.bands.seen(now, span)
    }

    /// The numbers of pods that there were at some time of the last `span`.
    pub(crate) fn counts(&self, now: Moment, span: Duration) -> impl Iterator<Item = u32> {
        self.counts.in_force(now, span)
    }

    /// Whether everything has been known for a full window, and no panic was in it.
    pub(crate) fn is_warm(&self, policy: &Policy, now: Moment) -> bool {
        self.complete.is_some_and(|since| now.since(since) >= policy.stable_window)
            && self.panic.is_none_or(|last| now.since(last) >= policy.stable_window)
    }

    pub(crate) fn blind_for(&self, now: Moment) -> Duration {
        self.blind.map_or(Duration::ZERO, |since| now.since(since))
    }

    pub(crate) fn note_panic(&mut self, now: Moment) {
        self.panic = Some(now);
    }

    /// Where not everything is known, the present number is asked for too.
    pub(crate) fn note_band(&mut self, band: Band, seen: &Observation<'_>) {
        let most = if self.complete.is_some() { band.most } else { band.most.max(seen.current) };
        self.bands.push(seen.now, Band { most, ..band });
    }

    /// What was decided counts as done; the next tick sees whether it was.
    pub(crate) fn note_count(&mut self, now: Moment, count: u32) {
        self.counts.change(now, count);
    }

    /// Everything that is remembered.
    #[cfg(test)]
    pub(crate) fn remembered(&self) -> usize {
        let samples: usize = self.samples.iter().map(Window::len).sum();
        samples + self.waiting.len() + self.bands.len() + self.counts.len()
    }
}
