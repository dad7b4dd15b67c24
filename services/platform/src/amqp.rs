//! Connections to RabbitMQ, and publishing with confirms. Declares nothing: the topology is there before us.

use std::sync::Arc;
use std::time::Duration;

use contracts::envelope::CONTENT_TYPE;
use futures::future::try_join_all;
use lapin::options::{BasicPublishOptions, ConfirmSelectOptions};
use lapin::tcp::{AMQPUriTcpExt, RustlsConnector};
use lapin::types::ShortString;
use lapin::uri::{AMQPScheme, AMQPUri};
use lapin::{BasicProperties, Channel, Connection, ConnectionProperties, ConnectionStatus};
use rustls::ClientConfig;
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Mutex;

use crate::tls::{Check, client_for};
use crate::{ConfigError, Settings};

const TIMEOUT: Duration = Duration::from_secs(5);
const PERSISTENT: u8 = 2;

#[derive(Debug, thiserror::Error)]
pub enum AmqpError {
    #[error("the broker did not answer within {} s", TIMEOUT.as_secs())]
    Timeout,
    #[error(transparent)]
    Broker(#[from] lapin::Error),
    /// It said so (`connection.blocked`); messages wait where they are until it has room again.
    #[error("the broker takes no messages for want of memory or disk")]
    Blocked,
    #[error("no queue takes {0}")]
    Unroutable(String),
    #[error("the broker refused {0}")]
    Refused(String),
}

/// Where the broker is and who we are there.
#[derive(Clone)]
pub struct Broker {
    url: SecretString,
    name: String,
    /// Of an `amqps` URL.
    tls: Option<Arc<ClientConfig>>,
}

/// Bytes. The client keeps 64 frames of memory per connection: at the broker's default of 128 KiB that would be 8 MiB.
const FRAME_MAX: u32 = 16 * 1024;

/// Seconds. The broker gives messages of a consumer that vanished without a word to others after two to three of these; at its
/// own default of a minute, shoppers would wait for three.
const HEARTBEAT: u16 = 10;

impl Broker {
    pub fn from_settings(settings: &Settings, name: impl Into<String>) -> Result<Self, ConfigError> {
        let url = settings.secret("AMQP_URL")?;
        let uri = url
            .expose_secret()
            .parse::<AMQPUri>()
            .map_err(|reason| ConfigError::Wrong { name: "AMQP_URL".to_owned(), reason })?;
        let tls = match uri.scheme {
            AMQPScheme::AMQP => None,
            AMQPScheme::AMQPS => Some(Arc::new(client_for(settings, "AMQP", Check::Name)?)),
        };
        Ok(Self { url, name: name.into(), tls })
    }

    /// For log lines: no credentials.
    pub fn address(&self) -> String {
        crate::telemetry::address_of(self.url.expose_secret())
    }

    pub async fn connect(&self) -> Result<Connection, AmqpError> {
        let properties = ConnectionProperties::default().with_connection_name(self.name.as_str().into());
        let mut uri: AMQPUri = self.url.expose_secret().parse().expect("checked when the settings were read");
        uri.query.frame_max.get_or_insert(FRAME_MAX);
        uri.query.heartbeat.get_or_insert(HEARTBEAT);
        match &self.tls {
            None => within(Connection::connect_uri(uri, properties)).await,
            Some(tls) => within(connect_over_tls(uri, tls.clone(), properties)).await,
        }
    }
}

/// The client's own way to TLS takes a certificate once and believes the machine's CAs besides.
async fn connect_over_tls(
    uri: AMQPUri,
    tls: Arc<ClientConfig>,
    properties: ConnectionProperties,
) -> lapin::Result<Connection> {
    let connector = RustlsConnector::from(tls);
    let connect = async move |mut uri: AMQPUri, runtime| {
        uri.scheme = AMQPScheme::AMQP;
        let plain = uri.connect_async(&runtime).await?;
        Ok(plain.into_rustls(&connector, &uri.authority.host).await?)
    };
    Connection::connector(uri, lapin::runtime::default_runtime()?, connect, properties).await
}

pub(crate) async fn within<T>(work: impl Future<Output = lapin::Result<T>>) -> Result<T, AmqpError> {
    tokio::time::timeout(TIMEOUT, work).await.map_err(|_| AmqpError::Timeout)?.map_err(AmqpError::Broker)
}

/// One message to publish.
pub struct Outgoing {
    pub exchange: String,
    pub routing_key: String,
    pub id: String,
    pub body: Vec<u8>,
    /// Refuse to call it published when no queue takes it.
    pub mandatory: bool,
}

/// Publishes with confirms over one connection, made anew after any error.
pub struct Publisher {
    broker: Broker,
    open: Mutex<Option<(Connection, Channel)>>,
}

impl Publisher {
    pub fn new(broker: Broker) -> Self {
        Self { broker, open: Mutex::new(None) }
    }

    /// Connects, if it is not connected, so that a caller learns early whether it could publish now.
    pub async fn ready(&self) -> Result<(), AmqpError> {
        self.channel().await.map(|_| ())
    }

    /// Returns when the broker has confirmed every message, in order; on an error some may have been published.
    pub async fn publish_all(&self, messages: &[Outgoing]) -> Result<(), AmqpError> {
        let (status, channel) = self.channel().await?;
        let published = tokio::select! {
            published = within_batch(publish_on(&channel, messages)) => published,
            // The broker reads nothing more from this connection until it has room: no use to wait, nor to connect anew.
            () = until_blocked(&status) => return Err(AmqpError::Blocked),
        };
        if published.is_err() {
            self.close().await;
        }
        published
    }

    async fn channel(&self) -> Result<(ConnectionStatus, Channel), AmqpError> {
        let mut open = self.open.lock().await;
        if let Some((connection, channel)) = open.as_ref()
            && connection.status().connected()
            && channel.status().connected()
        {
            return match connection.status() {
                status if status.blocked() => Err(AmqpError::Blocked),
                status => Ok((status.clone(), channel.clone())),
            };
        }
        let connection = self.broker.connect().await?;
        let channel = within(connection.create_channel()).await?;
        within(channel.confirm_select(ConfirmSelectOptions::default())).await?;
        let status = connection.status().clone();
        *open = Some((connection, channel.clone()));
        Ok((status, channel))
    }

    async fn close(&self) {
        let open = self.open.lock().await.take();
        if let Some((connection, _)) = open {
            let _ = tokio::time::timeout(TIMEOUT, connection.close(200, "after an error".into())).await;
        }
    }
}

async fn until_blocked(status: &ConnectionStatus) {
    while !status.blocked() {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

async fn within_batch(work: impl Future<Output = Result<(), AmqpError>>) -> Result<(), AmqpError> {
    tokio::time::timeout(2 * TIMEOUT, work).await.map_err(|_| AmqpError::Timeout)?
}

async fn publish_on(channel: &Channel, messages: &[Outgoing]) -> Result<(), AmqpError> {
    let mut confirms = Vec::with_capacity(messages.len());
    for message in messages {
        let options = BasicPublishOptions { mandatory: message.mandatory, ..Default::default() };
        let properties = BasicProperties::default()
            .with_content_type(CONTENT_TYPE.into())
            .with_message_id(ShortString::from(message.id.as_str()))
            .with_delivery_mode(PERSISTENT);
        let (exchange, key) = (message.exchange.as_str().into(), message.routing_key.as_str().into());
        confirms.push(channel.basic_publish(exchange, key, options, &message.body, properties).await?);
    }
    for (confirmation, message) in try_join_all(confirms).await?.into_iter().zip(messages) {
        if !confirmation.is_ack() {
            return Err(AmqpError::Refused(message.routing_key.clone()));
        }
        if confirmation.take_message().is_some() {
            return Err(AmqpError::Unroutable(message.routing_key.clone()));
        }
    }
    Ok(())
}
