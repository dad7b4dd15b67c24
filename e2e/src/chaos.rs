//! Checkouts at a steady rate while parts of the stack are killed and cut off; then everything must settle.
//!
//! The traffic is `shop load`, whose shoppers try again under their keys and whose books are read over the API; the
//! databases are asked on top of that. Which faults come when follows from the seed alone.

mod faults;
mod schedule;

use std::collections::BTreeSet;
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::watch;

pub use self::faults::heal_all;
pub use self::schedule::{Fault, How, parts, schedule};
use crate::programs::program;
use crate::{Stack, databases, shop_address};

#[derive(Clone, Debug)]
pub struct Plan {
    pub checkouts: u32,
    /// Begun per second.
    pub rate: u32,
    pub seed: u64,
    pub kills: usize,
    pub cuts: usize,
    pub how: Vec<How>,
    /// After the last checkout was placed.
    pub settle_within: Duration,
}

/// How long one call is tried again: longer than any part is away.
const PATIENCE_SECONDS: u32 = 180;
/// Events that are still on their way to readers when all orders have ended.
const QUIET_WITHIN: Duration = Duration::from_secs(60);

/// What came of it.
#[derive(Debug)]
pub struct Outcome {
    pub done: Vec<Fault>,
    /// What does not hold, in words.
    pub broken: Vec<String>,
    pub took: Duration,
}

/// Carries the plan out; what it cuts is healed when this returns. The caller heals when it does not: see [`heal_all`].
pub async fn run(stack: &Stack, plan: &Plan) -> Result<Outcome> {
    let started = Instant::now();
    heal_all(stack).await?;
    let before = databases::findings(stack).await.context("could not ask the databases")?;
    ensure!(before.broken.is_empty(), "the books did not balance before: {:?}", before.broken);

    let over = Duration::from_secs(u64::from(plan.checkouts / plan.rate));
    stack.lay_open().await?;
    let faults = schedule(plan.seed, over, plan.kills, plan.cuts, &plan.how);
    println!("seed {}: {} faults over {} s of checkouts", plan.seed, faults.len(), over.as_secs());
    let mut load = start_load(plan)?;
    let (say_begun, begun) = watch::channel(false);
    let reading = follow(&mut load, say_begun);
    let breaking = faults::carry_out(stack, faults, begun);
    let (said, done) = tokio::join!(reading, breaking);
    let status = load.wait().await.context("shop load did not end")?;
    let (mut broken, done) = (said?, done?);
    if !status.success() && broken.is_empty() {
        broken.push(format!("shop load: {status}"));
    }
    broken.extend(disquiet(stack, &before.open).await?);
    Ok(Outcome { done, broken, took: started.elapsed() })
}

fn start_load(plan: &Plan) -> Result<Child> {
    let option = |name: &str, value: u64| [format!("--{name}"), value.to_string()];
    let options = [
        option("checkouts", plan.checkouts.into()),
        option("rate", plan.rate.into()),
        option("concurrency", 64),
        option("patience-seconds", PATIENCE_SECONDS.into()),
        option("max-seconds", 1_800),
        option("settle-seconds", plan.settle_within.as_secs()),
    ];
    Command::new(program("shop")?)
        .args(["load", "--url", &shop_address().to_string()])
        .args(options.as_flattened())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .context("could not start shop load")
}

/// Passes on what the load says; gives what it calls broken.
async fn follow(load: &mut Child, begun: watch::Sender<bool>) -> Result<Vec<String>> {
    let mut lines = BufReader::new(load.stdout.take().context("it is piped")?).lines();
    let mut broken = Vec::new();
    while let Some(line) = lines.next_line().await? {
        println!("  load  {line}");
        if line.contains(" checkouts, ") {
            begun.send_replace(true);
        }
        broken.extend(line.strip_prefix("BROKEN: ").map(str::to_owned));
    }
    Ok(broken)
}

/// What the databases and queues complain of once all should be quiet. Orders of `others` were under way before.
async fn disquiet(stack: &Stack, others: &BTreeSet<String>) -> Result<Vec<String>> {
    let started = Instant::now();
    loop {
        let looking = async {
            let found = databases::findings(stack).await?;
            let mut wrong = found.broken;
            wrong.extend(found.open.difference(others).map(|order| format!("order {order} has not ended")));
            wrong.extend(databases::messages(stack).await?.into_iter().map(|queue| format!("queue {queue}")));
            anyhow::Ok(wrong)
        };
        match looking.await {
            Ok(wrong) if wrong.is_empty() => return Ok(wrong),
            other if started.elapsed() > QUIET_WITHIN => return other,
            _ => tokio::time::sleep(Duration::from_secs(2)).await,
        }
    }
}

impl Outcome {
    /// The table at the end.
    pub fn print(&self, plan: &Plan) {
        let count = |is: fn(&Fault) -> bool| self.done.iter().filter(|fault| is(fault)).count();
        let deleted = count(|fault| matches!(fault, Fault::Kill { how: How::DeletePod, .. }));
        let killed = count(|fault| matches!(fault, Fault::Kill { how: How::KillProcess, .. }));
        let cut = count(|fault| matches!(fault, Fault::Cut { .. }));
        println!();
        println!("checkouts            {} at {}/s, seed {}", plan.checkouts, plan.rate, plan.seed);
        println!("faults               {deleted} pods deleted, {killed} processes killed, {cut} cuts");
        println!("took                 {} s, checks included", self.took.as_secs());
        println!("broken               {}", self.broken.len());
        for line in &self.broken {
            println!("BROKEN: {line}");
        }
    }
}
