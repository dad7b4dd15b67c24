//! A broker that greets and then answers nothing, as RabbitMQ does while a queue has no leader; heartbeats go on.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt, copy};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};

/// Stands before the real broker. Connections that are made while it is deaf stay so.
pub struct DeafProxy {
    pub port: u16,
    deaf: Arc<AtomicBool>,
    unheard: Arc<AtomicUsize>,
}

impl DeafProxy {
    pub async fn before(broker: &url::Url) -> Self {
        let address = format!("{}:{}", broker.host_str().expect("a host"), broker.port().unwrap_or(5672));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("it is bound").port();
        let proxy = Self { port, deaf: Arc::new(AtomicBool::new(true)), unheard: Arc::default() };
        let (deaf, unheard) = (proxy.deaf.clone(), proxy.unheard.clone());
        #[expect(clippy::disallowed_methods, reason = "ends with the test's runtime")]
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let server = TcpStream::connect(&address).await.expect("the broker answers");
                let ((mut from_client, mut to_client), (mut from_server, mut to_server)) =
                    (client.into_split(), server.into_split());
                if deaf.load(Ordering::Relaxed) {
                    let unheard = unheard.clone();
                    tokio::spawn(async move { greetings(from_client, to_server, &unheard).await });
                } else {
                    tokio::spawn(async move { copy(&mut from_client, &mut to_server).await });
                }
                tokio::spawn(async move { copy(&mut from_server, &mut to_client).await });
            }
        });
        proxy
    }

    /// Frames that it did not pass on.
    pub fn unheard(&self) -> usize {
        self.unheard.load(Ordering::Relaxed)
    }

    pub fn heal(&self) {
        self.deaf.store(false, Ordering::Relaxed);
    }
}

/// The protocol's name, then frames: type, channel, the payload's size; payload; end. Channel 0 is the connection itself.
async fn greetings(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    unheard: &AtomicUsize,
) -> std::io::Result<()> {
    let mut name = [0; 8];
    from.read_exact(&mut name).await?;
    to.write_all(&name).await?;
    loop {
        let (kind, channel, size) = (from.read_u8().await?, from.read_u16().await?, from.read_u32().await?);
        let mut rest = vec![0; usize::try_from(size).expect("32 bits fit") + 1];
        from.read_exact(&mut rest).await?;
        if channel != 0 {
            unheard.fetch_add(1, Ordering::Relaxed);
            continue;
        }
        let header = [&[kind][..], &channel.to_be_bytes(), &size.to_be_bytes()].concat();
        to.write_all(&[header, rest].concat()).await?;
    }
}
