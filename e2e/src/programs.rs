//! Programs of the same build, beside this one.

use std::path::PathBuf;
use std::process::Stdio;

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

/// Beside this program, or above it where this is a test.
pub fn program(name: &str) -> Result<PathBuf> {
    let this = std::env::current_exe()?;
    let beside = this.ancestors().skip(1).take(2).map(|folder| folder.join(name));
    beside
        .into_iter()
        .find(|path| path.is_file())
        .with_context(|| format!("there is no {name}: cargo build --bins"))
}

/// The objects that the operator would apply for a stack, as YAML.
pub async fn render(stack: &Value) -> Result<String> {
    let mut render = Command::new(program("ecommerce-operator")?)
        .args(["render", "-f", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()?;
    let mut stdin = render.stdin.take().context("it is piped")?;
    stdin.write_all(stack.to_string().as_bytes()).await?;
    drop(stdin);
    let done = render.wait_with_output().await?;
    ensure!(done.status.success(), "render: {}", String::from_utf8_lossy(&done.stderr));
    Ok(String::from_utf8(done.stdout)?)
}
