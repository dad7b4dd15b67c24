//! Starts the binary and reads what it says.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

pub const BINARY: &str = env!("CARGO_BIN_EXE_ecommerce-operator");

/// What a command that ends by itself has said.
#[derive(Debug)]
pub struct Said {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

/// With an environment of its own, so that no cluster of the developer's is found.
fn command(mut command: Command, arguments: &[&str], environment: &[(&str, &str)]) -> Command {
    command.args(arguments).env_clear().envs(environment.iter().copied());
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

pub fn said(arguments: &[&str], environment: &[(&str, &str)], stdin: &str) -> Said {
    let mut child = command(Command::new(BINARY), arguments, environment).spawn().unwrap();
    child.stdin.take().unwrap().write_all(stdin.as_bytes()).ok();
    let output = child.wait_with_output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Said { code: output.status.code().unwrap(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

/// `run`, in the background; killed when dropped.
pub struct Operator {
    child: Child,
    lines: Receiver<String>,
    seen: Vec<String>,
    admin: String,
    directory: PathBuf,
}

impl Operator {
    /// Against the API server at `url`.
    pub fn start(url: &str) -> Self {
        Self::with(&kubeconfig_for(url), Command::new(BINARY))
    }

    pub fn with(kubeconfig_text: &str, program: Command) -> Self {
        let directory = std::env::temp_dir().join(format!("operator-{}", fresh()));
        std::fs::create_dir_all(&directory).unwrap();
        let kubeconfig = directory.join("kubeconfig");
        std::fs::write(&kubeconfig, kubeconfig_text).unwrap();
        let admin = format!("127.0.0.1:{}", free_port());
        let environment = [
            ("KUBECONFIG", kubeconfig.to_str().unwrap()),
            ("SHOP_IMAGE", "shop:1"),
            ("POD_NAME", "me"),
            ("POD_NAMESPACE", "system"),
            ("ADMIN_ADDRESS", admin.as_str()),
        ];
        let mut child = command(program, &["run"], &environment).spawn().unwrap();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            stderr.lines().map_while(Result::ok).try_for_each(|line| sender.send(line))
        });
        Self { child, lines, seen: Vec::new(), admin, directory }
    }

    /// Waits for a log line that contains `part`.
    pub fn says(&mut self, part: &str) -> String {
        let deadline = Instant::now() + Duration::from_secs(20);
        loop {
            if let Some(line) = self.seen.iter().find(|line| line.contains(part)) {
                return line.clone();
            }
            match self.lines.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(line) => self.seen.push(line),
                Err(_) => panic!("never said {part:?}, but:\n{}", self.seen.join("\n")),
            }
        }
    }

    /// Status code and body of a page of the admin port.
    pub fn get(&self, page: &str) -> (u16, String) {
        let deadline = Instant::now() + Duration::from_secs(10);
        let mut stream = loop {
            match TcpStream::connect(&self.admin) {
                Ok(stream) => break stream,
                Err(error) if Instant::now() > deadline => panic!("{error}"),
                Err(_) => std::thread::sleep(Duration::from_millis(20)),
            }
        };
        write!(stream, "GET {page} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let code = answer.split_whitespace().nth(1).unwrap().parse().unwrap();
        (code, answer.split_once("\r\n\r\n").unwrap().1.to_owned())
    }

    /// Everything that it has said until now.
    pub fn log(&mut self) -> String {
        self.seen.extend(self.lines.try_iter());
        self.seen.join("\n")
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    pub fn terminate(&self) {
        let pid = self.pid().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    }

    pub fn ends(&mut self) -> ExitStatus {
        let deadline = Instant::now() + Duration::from_secs(25);
        loop {
            match self.child.try_wait().unwrap() {
                Some(status) => return status,
                None if Instant::now() > deadline => {
                    panic!("still running, saying:\n{}", self.seen.join("\n"))
                }
                None => std::thread::sleep(Duration::from_millis(20)),
            }
        }
    }
}

impl Drop for Operator {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
        std::fs::remove_dir_all(&self.directory).ok();
    }
}

fn kubeconfig_for(url: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Config\ncurrent-context: it\n\
         clusters: [{{name: it, cluster: {{server: '{url}'}}}}]\n\
         users: [{{name: it, user: {{}}}}]\n\
         contexts: [{{name: it, context: {{cluster: it, user: it}}}}]\n"
    )
}

pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn fresh() -> String {
    format!("{}-{}", std::process::id(), free_port())
}
