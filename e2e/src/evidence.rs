//! What a failed story leaves behind: the objects, events, pods and logs, in one folder.

use std::path::PathBuf;
use std::process::Stdio;

use tokio::process::Command;

pub fn root() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// `evidence/<name>` at the root of the repository.
pub fn folder(name: &str) -> PathBuf {
    let folder = root().join("evidence").join(name);
    std::fs::create_dir_all(&folder).expect("the repository can be written to");
    folder.canonicalize().expect("it was just made")
}

/// Gathers what there is and prints where. Never fails: the story's own failure is what must be seen.
pub async fn gather(story: &str, namespace: &str) {
    let folder = folder(story);
    let script = root().join("e2e/scripts/evidence");
    let gathered = Command::new(script).arg(namespace).arg(&folder).stdout(Stdio::null()).status().await;
    match gathered {
        Ok(status) if status.success() => eprintln!("evidence of `{story}`: {}", folder.display()),
        other => eprintln!("evidence of `{story}` is incomplete ({other:?}): {}", folder.display()),
    }
}
