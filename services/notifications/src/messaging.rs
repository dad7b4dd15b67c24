//! What comes through notifications' queue: who people are, and what they are to be told of.

use contracts::inbound::notifications::People;
use contracts::{DecodeError, Envelope};
use futures::future::BoxFuture;
use kernel::Clock;
use platform::Connection;
use platform::consumer::{HandleError, Handler};
use serde_json::Value;

use crate::app::{self, ShopChannels};
use crate::domain::News;
use crate::worker::Wake;

pub struct Messages {
    pub clock: Clock,
    pub channels: ShopChannels,
    pub wake: Wake,
}

impl Handler for Messages {
    fn handle<'a>(
        &'a self,
        connection: &'a mut Connection,
        envelope: &'a Envelope<Value>,
    ) -> BoxFuture<'a, Result<(), HandleError>> {
        Box::pin(async move {
            if let Some(People::UserRegistered(person)) = People::decode(envelope)? {
                return app::take_person(connection, &person, envelope.aggregateversion).await;
            }
            if let Some(news) = News::decode(envelope)? {
                return app::take_news(connection, &self.channels, envelope, &news, self.clock.now()).await;
            }
            Err(DecodeError::UnknownType(envelope.kind.clone()).into())
        })
    }

    fn committed(&self) {
        self.wake.all();
    }
}
