//! `shop serve <role>` as a process of its own.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use contracts::Role;
use serde_json::Value;
use testkit::eventually;

pub struct Process {
    child: Child,
    reader: Option<JoinHandle<()>>,
    lines: Arc<Mutex<Vec<Value>>>,
    /// Where it serves, such as `http://127.0.0.1:1234`.
    pub http: String,
    admin: String,
}

impl Process {
    /// Comes back when it listens.
    pub async fn start(role: Role, variables: &[(String, String)]) -> Self {
        let mut program = Command::new(env!("CARGO_BIN_EXE_shop"));
        program.args(["serve", role.name()]).env_clear();
        program.envs([("HTTP_ADDR", "127.0.0.1:0"), ("ADMIN_ADDR", "127.0.0.1:0"), ("LOG_FORMAT", "json")]);
        // Soon, so that tests need not wait.
        program.envs([("OTEL_BSP_SCHEDULE_DELAY", "100"), ("HOSTNAME", "pod-of-a-test")]);
        program.envs(variables.iter().cloned());
        let mut child = program.stderr(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
        let lines = Arc::new(Mutex::new(Vec::new()));
        let (stderr, heard) = (child.stderr.take().unwrap(), lines.clone());
        let reader = std::thread::spawn(move || {
            for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                let line = serde_json::from_str(&line).unwrap_or(Value::String(line));
                heard.lock().unwrap().push(line);
            }
        });
        let mut process =
            Self { child, reader: Some(reader), lines, http: String::new(), admin: String::new() };
        let (http, admin) = eventually(&format!("{role} listens"), async || process.addresses()).await;
        (process.http, process.admin) = (format!("http://{http}"), format!("http://{admin}"));
        process
    }

    fn addresses(&self) -> Option<(String, String)> {
        let said = self.said(" listens on ");
        let (_, addresses) = said.first()?["message"].as_str()?.split_once(" listens on ")?;
        let (http, admin) = addresses.split_once(", health and metrics on ")?;
        Some((http.to_owned(), admin.to_owned()))
    }

    pub async fn is_ready(&self) {
        eventually("it is ready", async || {
            let answer = reqwest::get(format!("{}/readyz", self.admin)).await.ok()?;
            answer.status().is_success().then_some(())
        })
        .await;
    }

    /// The lines of its log whose message has this in it.
    pub fn said(&self, part: &str) -> Vec<Value> {
        let lines = self.lines.lock().unwrap();
        let has = |line: &&Value| line["message"].as_str().is_some_and(|message| message.contains(part));
        lines.iter().filter(has).cloned().collect()
    }

    /// How it ended, how long that took, and all that it has said.
    pub async fn stop(mut self) -> (ExitStatus, Duration, Vec<Value>) {
        let started = Instant::now();
        Command::new("kill").arg(self.child.id().to_string()).status().unwrap();
        let ended = eventually("it has ended", async || self.child.try_wait().unwrap()).await;
        let took = started.elapsed();
        self.reader.take().unwrap().join().unwrap();
        (ended, took, self.lines.lock().unwrap().clone())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
