//! What is measured when somebody asks, so that it is as of now even where nothing happens any more.

use contracts::{Role, load};
use kernel::Clock;
use prometheus::proto::{Counter, MetricFamily};
use prometheus::{Encoder, TextEncoder};

use super::{POOL_CONNECTIONS, POOL_CONNECTIONS_MAX, POOL_WAITING, QUEUE_AGE_SECONDS};
use crate::Database;
use crate::consumer::QueueAge;
use crate::tls::Tls;

/// One role's answer to `/metrics`.
#[derive(Clone)]
pub(crate) struct Scrape {
    pub role: Role,
    pub clock: Clock,
    pub database: Option<Database>,
    pub queue: QueueAge,
    pub tls: Option<Tls>,
}

impl Scrape {
    pub fn answer(&self) -> String {
        let role = self.role.name();
        if !self.role.spec().subscriptions.is_empty() {
            QUEUE_AGE_SECONDS.with_label_values(&[role]).set(self.queue.seconds(self.clock.now()));
        }
        if let Some(tls) = &self.tls {
            tls.measure();
        }
        for (pool, status) in self.database.iter().flat_map(Database::pools) {
            let set = |gauge: &prometheus::IntGaugeVec, labels: &[&str], value: usize| {
                gauge.with_label_values(labels).set(i64::try_from(value).unwrap_or(i64::MAX));
            };
            set(&POOL_CONNECTIONS, &[role, pool, "idle"], status.available);
            set(&POOL_CONNECTIONS, &[role, pool, "in_use"], status.size.saturating_sub(status.available));
            set(&POOL_CONNECTIONS_MAX, &[role, pool], status.max_size);
            set(&POOL_WAITING, &[role, pool], status.waiting);
        }
        render()
    }
}

/// The registry in Prometheus' text format.
pub fn render() -> String {
    let mut families = prometheus::gather();
    if let Some(family) = families.iter_mut().find(|family| family.name() == load::PROCESS_CPU_SECONDS) {
        refine(family);
    }
    let mut text = Vec::new();
    TextEncoder::new().encode(&families, &mut text).expect("metrics can be written to memory");
    String::from_utf8(text).expect("the text format is UTF-8")
}

/// The client library counts the CPU in whole seconds: in a small pod, too rarely to be a rate.
fn refine(cpu: &mut MetricFamily) {
    let (Some(seconds), Some(metric)) = (cpu_seconds(), cpu.mut_metric().first_mut()) else { return };
    let mut counter = Counter::default();
    counter.set_value(seconds);
    metric.set_counter(counter);
}

/// To a hundredth, as the kernel tells it.
fn cpu_seconds() -> Option<f64> {
    let used = procfs::process::Process::myself().and_then(|process| process.stat()).ok()?;
    #[expect(clippy::cast_precision_loss, reason = "exact for a million years")]
    let seconds = (used.utime + used.stime) as f64 / procfs::ticks_per_second() as f64;
    Some(seconds)
}

#[cfg(test)]
mod tests {
    use std::hint::black_box;

    use super::*;

    fn exported() -> f64 {
        let text = render();
        let prefix = format!("{} ", load::PROCESS_CPU_SECONDS);
        let line = text.lines().find_map(|line| line.strip_prefix(prefix.as_str()));
        line.expect("the CPU is exported").parse().unwrap()
    }

    #[test]
    fn the_cpu_is_counted_in_parts_of_a_second() {
        let before = exported();
        let grown = (0..1_000_000_000_u64).map(black_box).find_map(|round| {
            let grown = if round % 1_000_000 == 0 { exported() - before } else { 0.0 };
            (grown > 0.0).then_some(grown)
        });
        assert!(grown.is_some_and(|grown| grown < 0.9), "{grown:?}");
    }
}
