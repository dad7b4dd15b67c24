//! Plays the brokers of all stacks: each keeps the definitions that the operator gives it.
//!
//! The operator asks for them by the names of their Services, which only a cluster knows: it is given a file of hosts of its own.

use std::collections::HashMap;
use std::fmt::Write;
use std::net::TcpListener;
use std::process::Command;
use std::sync::{Mutex, PoisonError};

use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

use super::fleet::{namespace, stack_name};
use crate::process::operator::BINARY;

/// Not where a RabbitMQ of this machine's would be.
const ADDRESS: &str = "127.0.56.72";
const MANAGEMENT: u16 = 15672;

pub struct Brokers {
    _server: MockServer,
    hosts: String,
}

/// What was last imported, by host.
#[derive(Default)]
struct Definitions(Mutex<HashMap<String, Vec<u8>>>);

impl Brokers {
    pub async fn play(stacks: usize) -> Self {
        let listener = TcpListener::bind((ADDRESS, MANAGEMENT)).unwrap();
        let server = MockServer::builder().listener(listener).disable_request_recording().start().await;
        Mock::given(any()).respond_with(Definitions::default()).mount(&server).await;
        let mut names = "127.0.0.1 localhost\n".to_owned();
        for number in 0..stacks {
            writeln!(names, "{ADDRESS} {}-rabbitmq.{}.svc", stack_name(number), namespace(number)).unwrap();
        }
        let hosts = format!("{}/hosts", std::env::var("BENCH_KUBECONFIGS").unwrap());
        std::fs::write(&hosts, names).unwrap();
        Self { _server: server, hosts }
    }

    /// The operator, among these hosts; in the end it is the process that was started.
    pub fn operator(&self) -> Command {
        let mut command = Command::new("unshare");
        command.args(["--map-root-user", "--mount", "sh", "-c", "mount --bind $0 /etc/hosts && exec \"$@\""]);
        command.args([&self.hosts, BINARY]);
        command
    }
}

impl Respond for Definitions {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let host = request.headers["host"].to_str().unwrap().to_owned();
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if request.method == "POST" {
            all.insert(host, request.body.clone());
            return ResponseTemplate::new(204);
        }
        let found = all.get(&host).cloned().unwrap_or_else(|| b"{}".to_vec());
        ResponseTemplate::new(200).set_body_raw(found, "application/json")
    }
}
