//! The gateway's connection to RabbitMQ's MQTT plugin: publishes with QoS 1 and waits for the acknowledgement.
//!
//! A session holds nothing that must outlive the connection: what is not acknowledged is the caller's to send again.

mod address;

use std::sync::Arc;
use std::time::Duration;

use platform::health::Gate;
use platform::tls::{Check, client_for};
use platform::{ConfigError, Settings, backoff};
use rumqttc::{
    AsyncClient, ConnectionError, Event, EventLoop, MqttOptions, NoticeFailureReason, Packet, PublishOptions,
    SessionMode, TlsConfiguration, Transport,
};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use self::address::Address;

/// Publishes in hand at once; one more is refused at once.
const AT_ONCE: u16 = 64;

const ACKNOWLEDGED_WITHIN: Duration = Duration::from_secs(5);

const KEEP_ALIVE_S: u16 = 10;

/// As long as requests that are under way at shutdown may take.
const DRAIN: Duration = Duration::from_secs(10);

#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    #[error("there is no connection to the broker")]
    NotConnected,
    #[error("too many messages wait for the broker")]
    TooMany,
    #[error("the connection broke before the broker had it")]
    Broken,
    #[error("the broker did not acknowledge it in time")]
    Timeout,
}

#[derive(Clone)]
pub struct Publisher {
    client: AsyncClient,
    connected: watch::Receiver<bool>,
}

impl Publisher {
    /// Returns when the broker has it: with a quorum queue, when a majority of its nodes has it.
    pub async fn publish(&self, topic: &str, body: Vec<u8>) -> Result<(), PublishError> {
        if !*self.connected.borrow() {
            return Err(PublishError::NotConnected);
        }
        let notice = self
            .client
            .try_publish_tracked(topic, body, PublishOptions::at_least_once())
            .map_err(|_| PublishError::TooMany)?;
        tokio::time::timeout(ACKNOWLEDGED_WITHIN, notice.wait_completion_async())
            .await
            .map_err(|_| PublishError::Timeout)?
            .map_err(|_| PublishError::Broken)
    }
}

/// Keeps the connection; without it running nothing is published.
pub struct Connection {
    events: EventLoop,
    connected: watch::Sender<bool>,
    gate: Gate,
    address: String,
}

/// Of `MQTT_URL`: `mqtt://user:password@host:port`, or `mqtts`.
pub fn connection(settings: &Settings, gate: Gate) -> Result<(Publisher, Connection), ConfigError> {
    let address = Address::from_settings(settings)?;
    // Of one process: a second client with the same id would push the first one out.
    let id = format!("gateway-{}", uuid::Uuid::new_v4());
    let mut options = MqttOptions::new(id, (address.host.as_str(), address.port));
    options.set_credentials(address.user.as_str(), address.password.clone());
    options.set_session_mode(SessionMode::Clean);
    options.set_keep_alive(KEEP_ALIVE_S);
    options.set_inflight(AT_ONCE);
    if address.over_tls {
        let client = client_for(settings, "MQTT", Check::Name)?;
        options.set_transport(Transport::Tls(TlsConfiguration::Rustls(Arc::new(client))));
    }
    let (client, events) = AsyncClient::builder(options).capacity(AT_ONCE.into()).build();
    let (connected, is_connected) = watch::channel(false);
    let publisher = Publisher { client, connected: is_connected };
    Ok((publisher, Connection { events, connected, gate, address: address.to_string() }))
}

impl Connection {
    /// Until the shutdown, and then until nobody is left who could publish.
    pub async fn run(mut self, shutdown: CancellationToken) {
        tokio::select! {
            () = self.stay_connected() => {}
            () = drained(&shutdown) => {}
        }
    }

    async fn stay_connected(&mut self) {
        let mut pauses = backoff::until_available();
        loop {
            match self.events.poll().await {
                Ok(Event::Incoming(Packet::ConnAck(_))) => {
                    info!(broker = %self.address, "Connected to {} over MQTT", self.address);
                    pauses = backoff::until_available();
                    self.connected.send_replace(true);
                    self.gate.open();
                }
                Ok(_) => {}
                Err(ConnectionError::RequestsDone) => return,
                Err(error) => {
                    self.connected.send_replace(false);
                    // Those who wait hear of it now; after their time they would be told the same.
                    self.events.drain_pending_as_failed(NoticeFailureReason::SessionReset);
                    warn!(broker = %self.address, %error, "No MQTT connection to {}: {error}", self.address);
                    tokio::time::sleep(pauses.next().unwrap_or(KEEP_TRYING)).await;
                }
            }
        }
    }
}

const KEEP_TRYING: Duration = Duration::from_secs(5);

async fn drained(shutdown: &CancellationToken) {
    shutdown.cancelled().await;
    tokio::time::sleep(DRAIN).await;
}
