//! A fleet of stacks on a real API server, and what the operator's own process takes to look after it:
//! `make bench-operator`.

mod brokers;
mod figures;
mod fleet;
mod nodes;

use std::time::{Duration, Instant};

use self::brokers::Brokers;
use self::figures::{Counts, memory, percentile};
use self::fleet::Fleet;
use super::operator::Operator;

/// Without a single write, once everything is up.
const STEADY: Duration = Duration::from_secs(60);
const MOST_MEMORY_MIB: u64 = 64;
const LONGEST_RECOVERY: Duration = Duration::from_secs(60);
/// Whatever happens, it ends.
const PATIENCE: Duration = Duration::from_secs(40 * 60);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs an API server of its own: make bench-operator"]
async fn a_fleet_comes_up_stays_and_is_checked_after_a_restart() {
    let stacks: usize = std::env::var("BENCH_STACKS").unwrap().parse().unwrap();
    let fleet = Fleet::prepare(stacks).await;
    let nodes = nodes::play(&fleet.client);
    let brokers = Brokers::play(stacks).await;
    let mut operator = Operator::with(&fleet.kubeconfig, brokers.operator());
    operator.says("Leading as");

    let (began, deadline) = (Instant::now(), Instant::now() + PATIENCE);
    let mut came_up = fleet.come_up(deadline).await;
    came_up.sort();
    println!(
        "create to Ready: {stacks} stacks in {:.1} s; p50 {:.1} s, p99 {:.1} s",
        began.elapsed().as_secs_f64(),
        percentile(&came_up, 50).as_secs_f64(),
        percentile(&came_up, 99).as_secs_f64()
    );
    let busy = quiet(&operator, deadline).await;
    let each = |count: u64| count as f64 / stacks as f64;
    println!(
        "reconciles:      {:.1} per stack; p50 {}, p99 {}",
        each(busy.reconciles),
        busy.took(0.50),
        busy.took(0.99)
    );
    println!("requests:        {:.1} reads and {:.1} writes per stack", each(busy.reads), each(busy.writes));
    println!("CPU:             {:.2} s per stack", busy.cpu / stacks as f64);
    println!("memory:          {} MiB, {} MiB at most", memory(operator.pid()).0, memory(operator.pid()).1);

    tokio::time::sleep(STEADY).await;
    let written = Counts::of(&operator).writes - busy.writes;
    println!("a steady minute: {written} writes, {} reads", Counts::of(&operator).reads - busy.reads);

    operator.terminate();
    operator.ends();
    let restarted = Instant::now();
    let mut again = Operator::with(&fleet.kubeconfig, brokers.operator());
    while Counts::of(&again).settled < stacks as u64 {
        assert!(Instant::now() < deadline, "not all are checked: {:?}", Counts::of(&again));
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let (recovery, counts, (now, most)) = (restarted.elapsed(), Counts::of(&again), memory(again.pid()));
    println!(
        "restart:         all {stacks} checked after {:.1} s; {:.1} reads and {:.2} s of CPU per stack, {} writes; {now} MiB, \
         {most} MiB at most",
        recovery.as_secs_f64(),
        each(counts.reads),
        counts.cpu / stacks as f64,
        counts.writes
    );
    nodes.abort();

    assert_eq!(written, 0, "a steady fleet is written to:\n{}", operator.log());
    assert_eq!(counts.writes, 0, "{:?} after a restart:\n{}", counts.written, again.log());
    assert!(recovery < LONGEST_RECOVERY, "recovery took {recovery:?}");
    assert!(most < MOST_MEMORY_MIB, "{most} MiB");
}

/// Waits until nothing was written for ten seconds.
async fn quiet(operator: &Operator, deadline: Instant) -> Counts {
    let mut before = Counts::of(operator);
    loop {
        tokio::time::sleep(Duration::from_secs(10)).await;
        let now = Counts::of(operator);
        if now.writes == before.writes {
            return now;
        }
        assert!(Instant::now() < deadline, "it never stops writing: {now:?}");
        before = now;
    }
}
