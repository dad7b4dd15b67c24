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

/// What the operator's program prints when it is given a stack as `-f -`.
pub async fn operator(arguments: &[&str], stack: &Value) -> Result<String> {
    operator_with(&[], arguments, stack).await
}

/// The same, with these variables beside its usual ones.
pub async fn operator_with(
    variables: &[(String, String)],
    arguments: &[&str],
    stack: &Value,
) -> Result<String> {
    let mut operator = Command::new(program("ecommerce-operator")?)
        .envs(variables.iter().cloned())
        .args(arguments)
        .args(["-f", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()?;
    let mut stdin = operator.stdin.take().context("it is piped")?;
    stdin.write_all(stack.to_string().as_bytes()).await?;
    drop(stdin);
    let done = operator.wait_with_output().await?;
    ensure!(done.status.success(), "{}: {}", arguments.join(" "), String::from_utf8_lossy(&done.stderr));
    Ok(String::from_utf8(done.stdout)?)
}
