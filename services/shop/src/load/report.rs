//! The table at the end of a run.

use std::time::Duration;

use contracts::api::orders::OrderStatus;

use super::books::Books;
use super::checkout::Run;
use super::settle::FinalTimes;

pub fn print(run: &Run, times: &FinalTimes, books: &Books) {
    let seconds = run.took.as_secs_f64().max(0.001);
    let count = u32::try_from(run.placed.len()).unwrap_or(u32::MAX);
    println!();
    println!(
        "checkouts            {count} in {seconds:.1} s: {:.1}/s, {} without answer",
        f64::from(count) / seconds,
        run.failures.len()
    );
    println!(
        "orders               {} confirmed, {} rejected, {} cancelled",
        books.in_status(OrderStatus::Confirmed),
        books.in_status(OrderStatus::Rejected),
        books.in_status(OrderStatus::Cancelled)
    );
    println!(
        "captured             {} minor units, confirmed orders {}",
        books.captured_minor(),
        books.confirmed_minor()
    );
    println!();
    println!("                             p50        p99        max   samples");
    row("POST /orders", run.placed.iter().map(|placed| placed.order_took));
    row("POST /payments", run.placed.iter().map(|placed| placed.pay_took));
    row("paid to confirmed*", times.confirmed.iter().copied());
    row("paid to rejected", times.rejected.iter().copied());
    println!("* beyond the cancellation window");
    println!();
}

/// For programs: `milliseconds` from the payment to its end, beyond the cancellation window.
pub fn json(run: &Run, times: &FinalTimes) -> String {
    let mut confirmed = times.confirmed.clone();
    confirmed.sort_unstable();
    let milliseconds =
        |percent| percentile(&confirmed, percent).map(|took| (took.as_secs_f64() * 1e3).round());
    let (count, seconds) = (run.placed.len(), run.took.as_secs_f64());
    serde_json::json!({
        "checkouts": count,
        "seconds": seconds,
        "per_second": f64::from(u32::try_from(count).unwrap_or(u32::MAX)) / seconds.max(0.001),
        "confirmed_p50_milliseconds": milliseconds(50),
        "confirmed_p99_milliseconds": milliseconds(99),
    })
    .to_string()
}

fn row(name: &str, times: impl Iterator<Item = Duration>) {
    let mut times: Vec<Duration> = times.collect();
    times.sort_unstable();
    let cell = |percent| {
        percentile(&times, percent)
            .map_or("-".to_owned(), |took| format!("{:.0} ms", took.as_secs_f64() * 1e3))
    };
    println!("{name:20} {:>11} {:>10} {:>10} {:>9}", cell(50), cell(99), cell(100), times.len());
}

/// The smallest of `sorted` that so many percent do not exceed.
fn percentile(sorted: &[Duration], percent: usize) -> Option<Duration> {
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted.get(rank - 1).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_one_of_the_samples() {
        let samples: Vec<Duration> = (1..=200).map(Duration::from_millis).collect();
        let at = |percent| percentile(&samples, percent).unwrap().as_millis();
        assert_eq!((at(50), at(99), at(100)), (100, 198, 200));
        assert_eq!(percentile(&samples[..1], 99), Some(Duration::from_millis(1)));
        assert_eq!(percentile(&[], 50), None);
    }
}
