//! kubectl on PATH, for what users type: its words and exit codes are what is tested.

use std::process::Stdio;

use anyhow::{Context, Result, ensure};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

/// What a command said.
#[derive(Debug)]
pub struct Said {
    pub succeeded: bool,
    pub out: String,
    pub err: String,
}

/// Runs it with `input` on its standard input and takes any outcome.
pub async fn try_kubectl(arguments: &[&str], input: &str) -> Result<Said> {
    let mut child = Command::new("kubectl")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .context("kubectl is not on PATH: . .run/env")?;
    let mut stdin = child.stdin.take().expect("it is piped");
    stdin.write_all(input.as_bytes()).await.context("kubectl does not read")?;
    drop(stdin);
    let done = child.wait_with_output().await.context("kubectl did not end")?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Ok(Said { succeeded: done.status.success(), out: text(&done.stdout), err: text(&done.stderr) })
}

/// What it prints, if it succeeds.
pub async fn kubectl(arguments: &[&str]) -> Result<String> {
    let said = try_kubectl(arguments, "").await?;
    ensure!(said.succeeded, "kubectl {}: {}", arguments.join(" "), said.err.trim());
    Ok(said.out)
}

/// A port of this machine that leads to one in the cluster, for as long as this is kept.
pub struct Forwarded {
    /// `127.0.0.1:PORT`
    pub address: String,
    _kubectl: Child,
    /// It tells of each connection, and ends when nobody listens.
    _says: Lines<BufReader<ChildStdout>>,
}

/// To `service/NAME` or `pod/NAME`.
pub async fn forward(namespace: &str, to: &str, port: u16) -> Result<Forwarded> {
    let mut kubectl = Command::new("kubectl")
        .args(["-n", namespace, "port-forward", to, &format!(":{port}")])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()?;
    let mut lines = BufReader::new(kubectl.stdout.take().context("it is piped")?).lines();
    let said = lines.next_line().await?.with_context(|| format!("{to} can't be forwarded to"))?;
    // Forwarding from 127.0.0.1:41234 -> 9090
    let address = said.split_whitespace().nth(2).with_context(|| said.clone())?;
    Ok(Forwarded { address: address.to_owned(), _kubectl: kubectl, _says: lines })
}
