//! `shop audit`: what was written down of payments, and whether it is still as it was written.

use anyhow::bail;
use contracts::Role;
use kernel::OrderId;
use payments::audit::{Noted, ShowError};
use platform::Settings;

#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(clap::Subcommand)]
enum Action {
    /// Walk the whole chain; fails and names the first entry that was changed, deleted or cut off
    Verify {
        /// An end that was printed or logged before, which must still be in the chain
        #[arg(long, value_name = "SEQUENCE:HASH")]
        noted: Option<Noted>,
    },
    /// Print what happened to the payment of one order
    Show { order: OrderId },
}

pub async fn run(args: Args) -> anyhow::Result<()> {
    let settings = Settings::from_env(Role::Payments);
    match args.action {
        Action::Verify { noted } => {
            let report = payments::audit::verify(&settings, noted.as_ref()).await??;
            let (entries, first, end) = (report.entries, report.first, report.end);
            println!("{entries} entries hold, from {first} on; {} are not sealed yet", report.not_sealed_yet);
            println!("{end}");
        }
        Action::Show { order } => {
            let lines = payments::audit::show(&settings, order).await.map_err(|error| match error {
                ShowError::Config(error) => error.into(),
                error @ ShowError::Store(_) => anyhow::Error::from(error),
            })?;
            if lines.is_empty() {
                bail!("nothing is written down of order {order}");
            }
            lines.iter().for_each(|line| println!("{line}"));
        }
    }
    Ok(())
}
