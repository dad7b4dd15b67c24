//! What inventory receives: steps of the checkout saga, and which SKUs exist.

use chrono::TimeDelta;
use contracts::inbound::inventory::{Commands, Products};
use contracts::messages::orders::ReserveStock;
use contracts::{DecodeError, Envelope};
use futures::FutureExt;
use futures::future::BoxFuture;
use kernel::{Clock, OrderId};
use platform::Connection;
use platform::consumer::{HandleError, Handler};
use serde_json::Value;

use crate::app::{self, Story};
use crate::domain::Command;

pub struct Inbox {
    pub clock: Clock,
    pub hold_for: TimeDelta,
}

impl Handler for Inbox {
    fn handle<'a>(
        &'a self,
        conn: &'a mut Connection,
        envelope: &'a Envelope<Value>,
    ) -> BoxFuture<'a, Result<(), HandleError>> {
        async move {
            if let Some(command) = Commands::decode(envelope)? {
                return self.carry_out(command, envelope, conn).await;
            }
            match Products::decode(envelope)? {
                Some(Products::ProductPublished(product)) => Ok(app::open_stock(&product, conn).await?),
                None => Err(DecodeError::UnknownType(envelope.kind.clone()).into()),
            }
        }
        .boxed()
    }
}

impl Inbox {
    async fn carry_out(
        &self,
        command: Commands,
        cause: &Envelope<Value>,
        conn: &mut Connection,
    ) -> Result<(), HandleError> {
        let now = self.clock.now();
        let story = |order_id: OrderId| Story { order_id, cause, now };
        let (order_id, command) = match command {
            Commands::ReserveStock(ReserveStock { order_id, lines, .. }) => {
                if lines.is_empty() {
                    return Err(HandleError::Impossible(format!("order {order_id} wants nothing")));
                }
                return Ok(app::reserve_stock(story(order_id), &lines, self.hold_for, conn).await?);
            }
            Commands::ReleaseStock(release) => (release.order_id, Command::Release),
            Commands::CommitStock(commit) => (commit.order_id, Command::Commit),
            Commands::RestockItems(restock) => (restock.order_id, Command::Restock),
            Commands::RenewReservation(_) | Commands::ReturnItems(_) => {
                return Err(DecodeError::UnknownType(cause.kind.clone()).into());
            }
        };
        Ok(app::settle_reservation(story(order_id), command, conn).await?)
    }
}
