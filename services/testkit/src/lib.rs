//! Real servers for integration tests: a database and a vhost per test, the service under test on free ports.
//!
//! `make test` starts Postgres and RabbitMQ and sets `TEST_DATABASE_URL`, `TEST_AMQP_URL`, `TEST_RABBITMQ_API`,
//! `TEST_RABBITMQ_METRICS`, `TEST_MQTT_ADDR` and, for TLS, `TEST_AMQPS_ADDR`, `TEST_MQTTS_ADDR` and `TEST_TLS_DIR`; `make backing` does the same for one's own use. Nothing inside the service is replaced.
#![expect(clippy::unwrap_used, reason = "a test that can't be set up fails where it is set up")]

mod app;
mod broker;
mod certificates;
mod collector;
mod database;
mod measured;
pub mod provider;
mod secured;
mod shop;
mod tokens;

pub use app::{Request, Response, TestApp};
pub use broker::{Captured, TestBroker, broker_metrics};
pub use certificates::{Authority, Certificate, TlsFolder, backing_authority};
pub use collector::{Span, TestCollector};
pub use database::TestDatabase;
pub use secured::{Secured, caller_from, settings_of};
pub use shop::TestShop;
pub use tokens::TestTokens;

use std::time::{Duration, Instant};

/// The variable, or a panic that says how to get it.
fn required(name: &str) -> String {
    std::env::var(name)
        .unwrap_or_else(|_| panic!("{name} is not set: run `make backing` and see what it prints"))
}

/// What `main` does; for tests that start a service without [`TestApp`].
pub fn install_tls_provider() {
    // The first test of the process installs it; the others find it there.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
}

/// A user to act as.
pub fn customer() -> (kernel::UserId, Vec<contracts::api::users::UserRole>) {
    (kernel::UserId::new(), vec![contracts::api::users::UserRole::Customer])
}

/// A seller to act as.
pub fn seller() -> (kernel::UserId, Vec<contracts::api::users::UserRole>) {
    (kernel::UserId::new(), vec![contracts::api::users::UserRole::Seller])
}

/// Where nobody listens before this socket is told to; nobody else gets the port meanwhile.
pub fn refusing() -> (tokio::net::TcpSocket, std::net::SocketAddr) {
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind((std::net::Ipv4Addr::LOCALHOST, 0).into()).unwrap();
    let address = socket.local_addr().unwrap();
    (socket, address)
}

/// Asks again until there is an answer; panics, naming `what`, when there is none after a time that even a busy machine keeps.
pub async fn eventually<T>(what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    const PATIENCE: Duration = Duration::from_secs(30);
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(answer) = ask().await {
            return answer;
        }
        assert!(Instant::now() < deadline, "not within {} s: {what}", PATIENCE.as_secs());
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
}
