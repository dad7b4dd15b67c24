//! `make chaos`: the long form of the story of the same name.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::Result;
use clap::Parser;
use e2e::chaos::{self, How, Plan};
use e2e::{Cluster, SETTLED_WITHIN, Stack};

#[derive(Parser)]
struct Args {
    /// The same seed gives the same faults at the same times
    #[arg(long, env = "SEED")]
    seed: Option<u64>,
    #[arg(long, env = "CHECKOUTS", default_value_t = 2_000, value_parser = clap::value_parser!(u32).range(1..=20_000))]
    checkouts: u32,
    /// Checkouts begun per second
    #[arg(long, env = "RATE", default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..=100))]
    rate: u32,
    #[arg(long, default_value_t = 20)]
    kills: usize,
    #[arg(long, default_value_t = 6)]
    cuts: usize,
}

#[tokio::main(worker_threads = 2)]
async fn main() -> ExitCode {
    let args = Args::parse();
    match tell(&args).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn tell(args: &Args) -> Result<bool> {
    let cluster = Cluster::connect().await?;
    let stack = Stack::of(&cluster, "shop", "shop");
    let plan = Plan {
        checkouts: args.checkouts,
        rate: args.rate,
        seed: args.seed.unwrap_or_else(rand::random),
        kills: args.kills,
        cuts: args.cuts,
        how: vec![How::DeletePod, How::KillProcess],
        settle_within: Duration::from_secs(120),
    };
    let told = tokio::select! {
        told = chaos::run(&stack, &plan) => told,
        _ = tokio::signal::ctrl_c() => Err(anyhow::anyhow!("interrupted")),
    };
    chaos::heal_all(&stack).await?;
    let outcome = told?;
    stack.wait_until_settled(SETTLED_WITHIN).await;
    outcome.print(&plan);
    println!(
        "{}",
        if outcome.broken.is_empty() { "nothing lost, double, oversold or stuck" } else { "FAILED" }
    );
    Ok(outcome.broken.is_empty())
}
