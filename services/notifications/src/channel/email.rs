//! E-mail over SMTP.

use std::time::Duration;

use futures::FutureExt;
use futures::future::BoxFuture;
use kernel::NotificationId;
use lettre::message::header::{ContentType, Header, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart, SinglePart};
use lettre::transport::smtp::{Error, PoolConfig};
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use secrecy::{ExposeSecret, SecretString};

use super::{Courier, Outcome, Parcel, Receipt, Recipient};

/// As many as the worker sends at once.
const CONNECTIONS: u32 = 8;

pub struct Email {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

/// Says what was expected, never what was given: that holds a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "not smtps://user:password@host:port, smtp://host:port or smtp://user:password@host:port?tls=required"
)]
pub struct UrlError;

impl Email {
    /// `url`: `smtps` for TLS at once, `smtp` with `?tls=required` for STARTTLS, `smtp` alone in the clear.
    pub fn new(url: &SecretString, from: Mailbox, timeout: Duration) -> Result<Self, UrlError> {
        let builder =
            AsyncSmtpTransport::<Tokio1Executor>::from_url(url.expose_secret()).map_err(|_| UrlError)?;
        let pool = PoolConfig::new().max_size(CONNECTIONS);
        Ok(Self { transport: builder.timeout(Some(timeout)).pool_config(pool).build(), from })
    }

    fn letter(&self, parcel: &Parcel) -> Option<lettre::Message> {
        let Recipient::Email { name, address } = &parcel.recipient else { return None };
        let message = &parcel.message;
        let to = Mailbox::new(Some(name.clone()), address.parse().ok()?);
        let parts = MultiPart::alternative()
            .singlepart(part(ContentType::TEXT_PLAIN, &message.text))
            .singlepart(part(ContentType::TEXT_HTML, &message.html));
        lettre::Message::builder()
            .from(self.from.clone())
            .to(to)
            .subject(message.subject.as_str())
            .message_id(Some(message_id(parcel.id, &self.from)))
            .header(AutoSubmitted)
            .multipart(parts)
            .ok()
    }
}

fn part(kind: ContentType, text: &str) -> SinglePart {
    SinglePart::builder().header(kind).body(text.to_owned())
}

/// The same whenever it is sent, so that mail programs show a mail that was sent twice once.
fn message_id(id: NotificationId, from: &Mailbox) -> String {
    format!("<{id}@{}>", from.email.domain())
}

/// RFC 3834: so that nobody's absence note answers it.
#[derive(Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

impl Courier for Email {
    fn deliver<'a>(&'a self, parcel: &'a Parcel) -> BoxFuture<'a, Receipt> {
        async move {
            let Some(letter) = self.letter(parcel) else {
                return Outcome::never("the address can't be written to").into();
            };
            match self.transport.send(letter).await {
                Ok(_) => Outcome::Sent.into(),
                Err(error) => refused(&error).into(),
            }
        }
        .boxed()
    }
}

/// The server's words are not repeated: they hold addresses.
fn refused(error: &Error) -> Outcome {
    let code = error.status().map(|code| code.to_string());
    match code {
        // Our own log-in is refused: a matter of the settings, which are mended, and not of this mail.
        Some(code) if ["530", "534", "535", "538"].contains(&code.as_str()) => {
            Outcome::later(format!("the mail server refused the log-in with {code}"))
        }
        Some(code) if error.is_permanent() => Outcome::never(format!("the mail server answered {code}")),
        Some(code) => Outcome::later(format!("the mail server answered {code}")),
        None if error.is_timeout() => Outcome::later("the mail server did not answer in time"),
        None if error.is_tls() => Outcome::later("the mail server's certificate is not trusted"),
        None => Outcome::later("the mail server can't be reached"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_no_smtp_url_is_refused_without_being_printed() {
        testkit::install_tls_provider();
        let from: Mailbox = "Shop <shop@example.com>".parse().unwrap();
        let new = |url: &str| Email::new(&url.to_owned().into(), from.clone(), Duration::from_secs(1));
        for url in
            ["smtp://mail:25", "smtps://user:secret@mail:465", "smtp://user:secret@mail:587?tls=required"]
        {
            assert!(new(url).is_ok(), "{url}");
        }
        for url in ["", "mail:25", "http://user:secret@mail", "smtp://user:secret@mail?tls=perhaps"] {
            assert!(!new(url).err().unwrap().to_string().contains("secret"), "{url}");
        }
    }
}
