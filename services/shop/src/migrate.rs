//! `shop migrate <role>`: up by default. Two at once take turns; a database that is not there yet is waited for.

use anyhow::Context;
use platform::migrate::{Migrations, down, up};
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
        let versions = match args.down {
            None => up(&database, migrations).await,
            Some(steps) => down(&database, migrations, steps).await,
        };
        let versions = versions.with_context(|| format!("could not migrate {role}"))?;
        let direction = if args.down.is_some() { "Took back" } else { "Ran" };
        info!(%role, ?versions, "{direction} {} migrations of {role}", versions.len());
    }
    Ok(())
}
