//! `shop schemas`: the JSON Schema of every message and the AsyncAPI document, as files.

use std::path::{Path, PathBuf};

use anyhow::Context;
use contracts::schema;
use serde_json::Value;

#[derive(clap::Args)]
pub struct Args {
    /// The folder to write to; what is there under the same names is replaced
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

pub fn run(args: Args) -> anyhow::Result<()> {
    std::fs::create_dir_all(&args.out).with_context(|| format!("could not make {}", args.out.display()))?;
    for event in schema::all() {
        write(&args.out.join(format!("{}.json", event.kind)), &event.schema)?;
    }
    write(&args.out.join("asyncapi.json"), &schema::asyncapi())
}

fn write(path: &Path, document: &Value) -> anyhow::Result<()> {
    let text = format!("{}\n", serde_json::to_string_pretty(document)?);
    std::fs::write(path, text).with_context(|| format!("could not write {}", path.display()))
}
