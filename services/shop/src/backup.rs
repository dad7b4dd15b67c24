//! `shop backup`: carries dumps between a directory and a bucket, and removes the oldest ones there.
//!
//! A dump is complete in the bucket once its list `complete` is there, which is written last: one without it is not taken for a dump.

mod store;

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use secrecy::SecretString;
use tracing::info;
use url::Url;

use store::Store;

/// Written last.
const COMPLETE: &str = "complete";

#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(clap::Subcommand)]
enum Action {
    /// Send the newest dump away, and keep only so many in the bucket
    Upload {
        #[command(flatten)]
        place: Place,
        #[arg(long, value_parser = clap::value_parser!(u16).range(1..))]
        keep: u16,
    },
    /// Fetch a dump, the newest by default
    Download {
        #[command(flatten)]
        place: Place,
        #[arg(long)]
        dump: Option<String>,
    },
}

#[derive(clap::Args)]
struct Place {
    /// The stack whose dumps they are: a directory below `--dir`, and a prefix in the bucket
    #[arg(long)]
    stack: String,
    #[arg(long)]
    dir: PathBuf,
    #[arg(long)]
    endpoint: Url,
    #[arg(long)]
    bucket: String,
    #[arg(long)]
    region: String,
    /// Who vouches for the store, where the file is there
    #[arg(long)]
    ca_file: Option<PathBuf>,
    #[arg(long, env = "S3_ACCESS_KEY_ID", hide_env_values = true)]
    access_key_id: String,
    #[arg(long, env = "S3_SECRET_ACCESS_KEY", hide_env_values = true)]
    secret_access_key: SecretString,
}

pub async fn run(args: Args) -> anyhow::Result<()> {
    match args.action {
        Action::Upload { place, keep } => upload(&place, keep.into()).await,
        Action::Download { place, dump } => download(&place, dump).await,
    }
}

async fn upload(place: &Place, keep: usize) -> anyhow::Result<()> {
    let (store, dumps) = (Store::open(place)?, place.dir.join(&place.stack));
    let dump = newest_in(&dumps)?.with_context(|| format!("there is no dump in {}", dumps.display()))?;
    let mut names = names_in(&dumps.join(&dump))?;
    names.sort();
    for name in &names {
        store.put(&format!("{}/{dump}/{name}", place.stack), &dumps.join(&dump).join(name)).await?;
    }
    store.put_text(&format!("{}/{dump}/{COMPLETE}", place.stack), names.join("\n")).await?;
    info!("Dump {dump} is in the bucket");
    prune(&store, place, keep).await
}

/// The list goes first, so that what is left of a removal that was cut short is no dump.
async fn prune(store: &Store, place: &Place, keep: usize) -> anyhow::Result<()> {
    let keys = store.list(&format!("{}/", place.stack)).await?;
    let complete = complete(&keys, &place.stack);
    for old in complete.iter().rev().skip(keep) {
        let prefix = format!("{}/{old}/", place.stack);
        store.delete(&format!("{prefix}{COMPLETE}")).await?;
        for key in keys.iter().filter(|key| key.starts_with(&prefix) && !key.ends_with(COMPLETE)) {
            store.delete(key).await?;
        }
        info!("Removed dump {old} from the bucket");
    }
    Ok(())
}

async fn download(place: &Place, dump: Option<String>) -> anyhow::Result<()> {
    let store = Store::open(place)?;
    let keys = store.list(&format!("{}/", place.stack)).await?;
    let there = complete(&keys, &place.stack);
    let dump = match dump.or_else(|| there.last().cloned()) {
        Some(dump) if there.contains(&dump) => dump,
        Some(dump) => bail!("there is no complete dump {dump}; there are: {}", there.join(", ")),
        None => bail!("there is no complete dump of stack {} in the bucket", place.stack),
    };
    let prefix = format!("{}/{dump}/", place.stack);
    let directory = place.dir.join(&place.stack).join(&dump);
    std::fs::create_dir_all(&directory).with_context(|| format!("could not make {}", directory.display()))?;
    for name in keys.iter().filter_map(|key| key.strip_prefix(&prefix)).filter(|name| *name != COMPLETE) {
        if name.contains(['/', '\\']) || name.starts_with('.') {
            bail!("{name} is no name of a file of a dump");
        }
        store.get(&format!("{prefix}{name}"), &directory.join(name)).await?;
    }
    info!("Fetched dump {dump}");
    Ok(())
}

/// Dumps that are there as a whole, the oldest first: their names are times.
fn complete(keys: &[String], stack: &str) -> Vec<String> {
    let name = |key: &String| {
        let dump = key.strip_prefix(stack)?.strip_prefix('/')?.strip_suffix(COMPLETE)?.strip_suffix('/')?;
        // It becomes a directory here.
        (!dump.contains(['/', '\\']) && !dump.starts_with('.')).then(|| dump.to_owned())
    };
    let mut dumps: Vec<String> = keys.iter().filter_map(name).collect();
    dumps.sort();
    dumps
}

fn names_in(directory: &Path) -> anyhow::Result<Vec<String>> {
    let entries =
        std::fs::read_dir(directory).with_context(|| format!("could not read {}", directory.display()))?;
    let name =
        |entry: std::io::Result<std::fs::DirEntry>| Ok(entry?.file_name().to_string_lossy().into_owned());
    entries.map(name).collect()
}

fn newest_in(directory: &Path) -> anyhow::Result<Option<String>> {
    Ok(names_in(directory)?.into_iter().filter(|name| !name.starts_with('.')).max())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_dump_whose_list_is_there_counts() {
        let keys = [
            "old/2/users.dump",
            "old/2/complete",
            "old/1/complete",
            "old/3/users.dump",
            "old/../../etc/complete",
            "other/9/complete",
        ];
        assert_eq!(complete(&keys.map(str::to_owned), "old"), ["1", "2"]);
    }
}
