//! What comes through payments' queue: the saga's commands, and shoppers' tokens from the gateway.

use std::sync::Arc;

use contracts::inbound::payments::{Commands, Outcomes, Submissions};
use contracts::{DecodeError, Envelope};
use futures::future::BoxFuture;
use kernel::Clock;
use platform::Connection;
use platform::consumer::{HandleError, Handler};
use serde_json::Value;
use tokio::sync::Notify;

use crate::app;

pub struct PaymentMessages {
    pub clock: Clock,
    /// Of the worker in this process. Other replicas' workers look by themselves.
    pub wake: Arc<Notify>,
}

impl Handler for PaymentMessages {
    fn handle<'a>(
        &'a self,
        connection: &'a mut Connection,
        envelope: &'a Envelope<Value>,
    ) -> BoxFuture<'a, Result<(), HandleError>> {
        Box::pin(async move {
            let now = self.clock.now();
            if let Some(command) = Commands::decode(envelope)? {
                return app::take_command(connection, &command, envelope.id, now).await;
            }
            if let Some(Submissions::PaymentSubmitted(submission)) = Submissions::decode(envelope)? {
                return app::take_submission(connection, &submission, now).await;
            }
            if let Some(outcome) = Outcomes::decode(envelope)? {
                return Ok(app::take_outcome(connection, &outcome, now).await?);
            }
            Err(DecodeError::UnknownType(envelope.kind.clone()).into())
        })
    }

    fn committed(&self) {
        self.wake.notify_one();
    }
}
