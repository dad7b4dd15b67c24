//! A timeline as text: a line for each stretch of ticks that decided alike.

use super::{Step, Timeline};
use crate::{Moment, Reading};

impl Timeline {
    pub fn table(&self) -> String {
        let names = self.policy.metrics.iter().map(|metric| metric.name.clone());
        let mut head = vec!["FROM".to_owned(), "TO (UTC)".to_owned()];
        head.extend(names);
        head.extend(self.policy.queue.then(|| "WAITING".to_owned()));
        head.extend(["ASKED", "PODS", "READY", "WHY"].map(str::to_owned));
        let mut lines = vec![head];
        let alike = |one: &Step, other: &Step| {
            let kind = |step: &Step| (step.decision.desired, step.ready, self.why(step));
            kind(one) == kind(other)
        };
        lines.extend(self.steps.chunk_by(alike).map(|stretch| self.line(stretch)));
        aligned(&lines)
    }

    fn line(&self, stretch: &[Step]) -> Vec<String> {
        let (first, last) = (&stretch[0], &stretch[stretch.len() - 1]);
        let mut cells = vec![self.time(first.at), self.time(last.at)];
        cells.extend((0..self.policy.metrics.len()).map(|metric| range(stretch, |step| step.value(metric))));
        let waiting = || range(stretch, |step| step.backlog.map(|backlog| backlog.waiting));
        cells.extend(self.policy.queue.then(waiting));
        cells.push(range(stretch, |step| step.decision.asked.map(f64::from)));
        cells.extend([first.decision.desired.to_string(), first.ready.to_string(), self.why(first)]);
        cells
    }

    /// Who asked, and what held it back.
    fn why(&self, step: &Step) -> String {
        let decision = &step.decision;
        let asking = match (decision.asked, decision.deciding) {
            (None, _) => "no data",
            (Some(0), _) => "nothing to do",
            (Some(_), Some((metric, _, _))) => self.policy.metrics[metric].name.as_str(),
            (Some(_), None) => "the queue",
        };
        decision.held_back.map_or_else(|| asking.to_owned(), |rule| format!("{asking}, {}", rule.name()))
    }

    /// Of the day, and how many days after the first.
    pub(super) fn time(&self, moment: Moment) -> String {
        let seconds = moment.0.div_euclid(1000);
        let day = seconds.div_euclid(86_400);
        let first = self.steps.first().map_or(day, |step| step.at.0.div_euclid(86_400_000));
        let of_day = seconds.rem_euclid(86_400);
        let clock = format!("{:02}:{:02}:{:02}", of_day / 3600, of_day / 60 % 60, of_day % 60);
        if day == first { clock } else { format!("{clock}+{}d", day - first) }
    }
}

impl Step {
    pub(super) fn value(&self, metric: usize) -> Option<f64> {
        match self.readings.get(metric) {
            Some(Reading::Value { value, .. }) => Some(*value),
            Some(Reading::Missing(_)) | None => None,
        }
    }
}

/// The least and the greatest of a stretch.
fn range(stretch: &[Step], of: impl Fn(&Step) -> Option<f64>) -> String {
    let values = || stretch.iter().filter_map(&of);
    match (values().reduce(f64::min), values().reduce(f64::max)) {
        (Some(least), Some(most)) if number(least) == number(most) => number(most),
        (Some(least), Some(most)) => format!("{}..{}", number(least), number(most)),
        (None, _) | (_, None) => "-".to_owned(),
    }
}

/// Two digits behind the point, and none that say nothing.
pub(super) fn number(value: f64) -> String {
    let text = format!("{value:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn aligned(lines: &[Vec<String>]) -> String {
    let width = |column: usize| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..lines[0].len()).map(width).collect();
    let mut text = String::new();
    for line in lines {
        let cells: Vec<String> =
            line.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        text.push_str(cells.join("  ").trim_end());
        text.push('\n');
    }
    text
}
