//! A broker in alarm, as RabbitMQ is when memory or disk run short: it says so and then reads nothing more.

use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// Method frames on channel 0: `connection.blocked` for want of `memory`, and `connection.unblocked`.
const BLOCKED: &[u8] = b"\x01\0\0\0\0\0\x0b\0\x0a\0\x3c\x06memory\xce";
const UNBLOCKED: &[u8] = b"\x01\0\0\0\0\0\x04\0\x0a\0\x3d\xce";

/// Stands before the real broker.
pub struct AlarmProxy {
    pub port: u16,
    alarm: Arc<watch::Sender<bool>>,
}

impl AlarmProxy {
    pub async fn before(broker: &url::Url) -> Self {
        let address = format!("{}:{}", broker.host_str().expect("a host"), broker.port().unwrap_or(5672));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("it is bound").port();
        let alarm = Arc::new(watch::Sender::new(false));
        let heard = alarm.clone();
        #[expect(clippy::disallowed_methods, reason = "ends with the test's runtime")]
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let server = TcpStream::connect(&address).await.expect("the broker answers");
                let ((from_client, to_client), (from_server, to_server)) =
                    (client.into_split(), server.into_split());
                tokio::spawn(requests(from_client, to_server, heard.subscribe()));
                tokio::spawn(answers(from_server, to_client, heard.subscribe()));
            }
        });
        Self { port, alarm }
    }

    pub fn sound(&self, alarm: bool) {
        self.alarm.send_replace(alarm);
    }
}

/// Nothing is read while there is an alarm.
async fn requests(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, mut alarm: watch::Receiver<bool>) {
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(read @ 1..) = from.read(&mut buffer).await {
        let quiet = alarm.wait_for(|alarm| !alarm).await.is_ok();
        if !quiet || to.write_all(&buffer[..read]).await.is_err() {
            break;
        }
    }
}

/// Frame by frame, so that the alarm's own frames come between two of the broker's.
async fn answers(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, mut alarm: watch::Receiver<bool>) {
    let mut received = Vec::new();
    loop {
        let to_client = tokio::select! {
            Ok(()) = alarm.changed() => {
                if *alarm.borrow_and_update() { BLOCKED.to_vec() } else { UNBLOCKED.to_vec() }
            }
            Ok(1..) = from.read_buf(&mut received) => {
                let whole = whole_frames(&received);
                received.drain(..whole).collect()
            }
            else => break,
        };
        if to.write_all(&to_client).await.is_err() {
            break;
        }
    }
}

/// The length of all complete frames: a header of seven bytes, the last four the payload's size; payload; end.
fn whole_frames(bytes: &[u8]) -> usize {
    let mut whole = 0;
    while let Some([_, _, _, size @ ..]) = bytes.get(whole..whole + 7) {
        let size: [u8; 4] = size.try_into().expect("seven less three");
        let end = whole + 7 + usize::try_from(u32::from_be_bytes(size)).expect("32 bits fit") + 1;
        if end > bytes.len() {
            break;
        }
        whole = end;
    }
    whole
}
