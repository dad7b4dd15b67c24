//! Where messages of every channel go that are only to be looked at: a table, readable on the administration port.

use std::fmt::Write;

use futures::FutureExt;
use futures::future::BoxFuture;
use kernel::Clock;
use platform::{Database, StoreError};

use super::{Courier, Outcome, Parcel, Receipt, Recipient};
use crate::store::{self, SinkMessage};

pub struct Sink {
    pub database: Database,
    pub clock: Clock,
}

impl Sink {
    async fn keep(&self, message: &SinkMessage) -> Result<(), StoreError> {
        let mut conn = self.database.connect().await?;
        Ok(store::sink_keep(&mut conn, message).await?)
    }

    fn message(&self, parcel: &Parcel) -> SinkMessage {
        let message = &parcel.message;
        let (channel, recipient, text, html) = match &parcel.recipient {
            Recipient::Email { name, address } => {
                ("email", format!("{name} <{address}>"), message.text.clone(), Some(message.html.clone()))
            }
            Recipient::Sms { phone } => ("sms", phone.clone(), message.short.clone(), None),
            Recipient::WebPush { browsers } => {
                let mut text = message.short.clone();
                if let Some(link) = &message.link {
                    write!(text, "\n{link}").expect("texts are written to memory");
                }
                ("web_push", format!("{} browsers", browsers.len()), text, None)
            }
        };
        SinkMessage {
            position: 0,
            notification_id: parcel.id.0,
            channel: channel.to_owned(),
            recipient,
            subject: message.subject.clone(),
            text,
            html,
            received_at: self.clock.now(),
        }
    }
}

impl Courier for Sink {
    fn deliver<'a>(&'a self, parcel: &'a Parcel) -> BoxFuture<'a, Receipt> {
        async move {
            match self.keep(&self.message(parcel)).await {
                Ok(()) => Outcome::Sent.into(),
                Err(error) => Outcome::later(error.to_string()).into(),
            }
        }
        .boxed()
    }
}
