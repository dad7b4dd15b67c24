//! What the operator tells of itself, and what the kernel tells of it.

use std::time::Duration;

use crate::process::operator::Operator;

const WRITES: &str = "ecommerce_operator_api_writes_total{";
const LEASE: &str = "kind=\"leases\"";

/// Totals since its process began; the Lease's renewals are not counted.
#[derive(Debug)]
pub struct Counts {
    pub reads: u64,
    pub writes: u64,
    pub reconciles: u64,
    pub settled: u64,
    /// Seconds.
    pub cpu: f64,
    /// The writes by kind and verb.
    pub written: Vec<String>,
    /// Upper bounds in seconds, and how many reconciles took no longer.
    buckets: Vec<(f64, u64)>,
}

impl Counts {
    pub fn of(operator: &Operator) -> Self {
        let (_, page) = operator.get("/metrics");
        let sum = |name: &str, without: &str| -> u64 {
            let lines = page.lines().filter(|line| line.starts_with(name) && !line.contains(without));
            lines.map(count).sum()
        };
        let buckets = page.lines().filter_map(|line| {
            let rest = line.strip_prefix("ecommerce_operator_reconcile_duration_seconds_bucket{le=\"")?;
            Some((rest.split('"').next()?.parse().unwrap_or(f64::INFINITY), count(line)))
        });
        Self {
            reads: sum("ecommerce_operator_api_reads_total{", LEASE),
            writes: sum(WRITES, LEASE),
            reconciles: sum("ecommerce_operator_reconcile_duration_seconds_count", "\n"),
            settled: sum("ecommerce_operator_reconciles_total{result=\"settled\"}", "\n"),
            cpu: page
                .lines()
                .find_map(|line| line.strip_prefix("process_cpu_seconds_total ")?.parse().ok())
                .unwrap_or(0.0),
            written: page
                .lines()
                .filter(|line| line.starts_with(WRITES) && !line.contains(LEASE))
                .map(str::to_owned)
                .collect(),
            buckets: buckets.collect(),
        }
    }

    /// How long this share of all reconciles took at most.
    pub fn took(&self, share: f64) -> String {
        let rank = self.reconciles as f64 * share;
        let bound = self.buckets.iter().find(|(_, count)| *count as f64 >= rank).map(|(bound, _)| *bound);
        bound.map_or_else(|| "unknown".to_owned(), |bound| format!("< {bound} s"))
    }
}

fn count(line: &str) -> u64 {
    line.rsplit(' ').next().and_then(|number| number.parse().ok()).unwrap_or_default()
}

/// MiB that are resident now, and were at most.
pub fn memory(pid: u32) -> (u64, u64) {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let of = |name: &str| -> u64 {
        let line = status.lines().find(|line| line.starts_with(name)).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() / 1024
    };
    (of("VmRSS:"), of("VmHWM:"))
}

/// Of an ascending list.
pub fn percentile(sorted: &[Duration], percent: usize) -> Duration {
    sorted[((sorted.len() * percent).div_ceil(100)).saturating_sub(1)]
}
