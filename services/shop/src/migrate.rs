//! `shop migrate <role>`: up by default. Two at once take turns; a database that is not there yet is waited for.
//!
//! Up only adds. `--contract` removes what only the release before used: run it when none of its pods is left.

use anyhow::Context;
use platform::migrate::{Migrations, WithContract, contract, down, up};
use platform::{Database, Settings};
use tracing::info;

use crate::roles::Selection;

#[derive(clap::Args)]
pub struct Args {
    /// A role that owns a database, or `all`
    #[arg(value_parser = with_database)]
    role: Selection,
    /// Take this many migrations back instead, the newest first
    #[arg(long, value_name = "STEPS")]
    down: Option<usize>,
    /// Remove what only earlier releases used instead; only when none of their pods is left
    #[arg(long, conflicts_with = "down")]
    contract: bool,
}

fn with_database(name: &str) -> Result<Selection, String> {
    match name.parse()? {
        Selection::One(role) if !role.spec().owns_database => Err(format!("{role} owns no database")),
        selection => Ok(selection),
    }
}

pub async fn run(args: Args) -> anyhow::Result<()> {
    for service in args.role.services() {
        let Some(migrations) = service.migrations else { continue };
        let (role, migrations) = (service.role, Migrations(migrations()));
        let database = Database::from_settings(&Settings::from_env(role))?;
        let (versions, done) = match (service.contract, args.down, args.contract) {
            (None, _, true) => (Ok(Vec::new()), "Ran"),
            (Some(removing), _, true) => {
                (contract(&database, WithContract(migrations, removing())).await, "Ran")
            }
            (_, None, false) => (up(&database, migrations).await, "Ran"),
            (None, Some(steps), false) => (down(&database, migrations, steps).await, "Took back"),
            (Some(removing), Some(steps), false) => {
                (down(&database, WithContract(migrations, removing()), steps).await, "Took back")
            }
        };
        let versions = versions.with_context(|| format!("could not migrate {role}"))?;
        info!(%role, ?versions, "{done} {} migrations of {role}", versions.len());
    }
    Ok(())
}
