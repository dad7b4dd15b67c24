//! The one binary of all roles. Wrong use: exit code 2 and one line. A failure at work: exit code 1 and one line.

mod audit;
mod backup;
mod load;
mod migrate;
mod parked;
mod roles;
mod sagas;
mod schemas;
mod seed;
mod serve;
mod topology;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use platform::ConfigError;
use platform::service::StartError;

#[derive(Parser)]
#[command(
    name = "shop",
    version,
    about = "The services of an EcommerceStack",
    arg_required_else_help = false
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run one role, or all of them in this process
    Serve(serve::Args),
    /// Bring a role's database up to date, or take migrations back
    Migrate(migrate::Args),
    /// Print the broker's topology, derived from the Role table
    Topology(topology::Args),
    /// Look at the sagas of orders, and drive on or give up those that are stuck
    Sagas(sagas::Args),
    /// Verify or read the payments' audit trail
    Audit(audit::Args),
    /// Carry dumps of databases to a bucket, or fetch one
    Backup(backup::Args),
    /// Write the schema of every message, and the AsyncAPI document
    Schemas(schemas::Args),
    /// Look after the messages that a role could not handle
    Parked(parked::Args),
    /// Fill a shop with sample products, through its public API
    Seed(seed::SeedArgs),
    /// Buy many times, measure, and check that the books balance; loopback only
    Load(load::LoadArgs),
}

#[tokio::main(worker_threads = 2)]
async fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) if error.use_stderr() => return refuse(&first_paragraph(&error.to_string())),
        Err(help) => {
            print!("{help}");
            return ExitCode::SUCCESS;
        }
    };
    rustls::crypto::aws_lc_rs::default_provider()
        .install_default()
        .expect("nothing installed a provider before");
    let _telemetry = match platform::telemetry::init(traced(&cli.command)) {
        Ok(telemetry) => telemetry,
        Err(error) => return refuse(&error.to_string()),
    };
    let done = match cli.command {
        Command::Serve(args) => serve::run(args).await,
        Command::Migrate(args) => migrate::run(args).await,
        Command::Topology(args) => topology::run(args),
        Command::Sagas(args) => sagas::run(args).await,
        Command::Audit(args) => audit::run(args).await,
        Command::Backup(args) => backup::run(args).await,
        Command::Schemas(args) => schemas::run(args),
        Command::Parked(args) => parked::run(args).await,
        Command::Seed(args) => seed::run(args).await,
        Command::Load(args) => load::run(args).await,
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if is_wrong_use(&error) => refuse(&format!("{error:#}")),
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Under which name. None: it does one thing and ends.
fn traced(command: &Command) -> Option<&'static str> {
    match command {
        Command::Serve(args) => Some(args.name()),
        Command::Migrate(_)
        | Command::Topology(_)
        | Command::Sagas(_)
        | Command::Audit(_)
        | Command::Backup(_)
        | Command::Schemas(_)
        | Command::Parked(_)
        | Command::Seed(_)
        | Command::Load(_) => None,
    }
}

fn is_wrong_use(error: &anyhow::Error) -> bool {
    error.is::<ConfigError>() || matches!(error.downcast_ref(), Some(StartError::Config(_)))
}

fn refuse(line: &str) -> ExitCode {
    let line = line.strip_prefix("error: ").unwrap_or(line);
    eprintln!("error: {line}");
    ExitCode::from(2)
}

/// Clap's texts are long; the first paragraph says what is wrong, at times over two lines.
fn first_paragraph(text: &str) -> String {
    text.lines().take_while(|line| !line.is_empty()).map(str::trim).collect::<Vec<_>>().join(" ")
}
