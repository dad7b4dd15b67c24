//! What inventory receives: steps of the checkout saga, and which SKUs exist.

use chrono::TimeDelta;
use contracts::inbound::inventory::{Commands, Products};
use contracts::messages::orders::{ReserveStock, ReturnItems};
use contracts::{DecodeError, Envelope};
use futures::FutureExt;
use futures::future::BoxFuture;
use kernel::{Clock, OrderId};
use platform::Connection;
use platform::consumer::{HandleError, Handler};
use serde_json::Value;

use crate::app::{self, ReturnError, Story};
use crate::domain::{Command, Reservation};

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
            Commands::ReserveStock(reserve) => {
                return self.reserve(story(reserve.order_id), &reserve, conn).await;
            }
            Commands::ReturnItems(returned) => {
                return take_back(story(returned.order_id), &returned, conn).await;
            }
            Commands::RenewReservation(renew) => (renew.order_id, Command::Renew { until: renew.hold_until }),
            Commands::ReleaseStock(release) => (release.order_id, Command::Release),
            Commands::CommitStock(commit) => (commit.order_id, Command::Commit),
            Commands::RestockItems(restock) => (restock.order_id, Command::Restock),
        };
        Ok(app::settle_reservation(story(order_id), command, conn).await?)
    }

    async fn reserve(
        &self,
        story: Story<'_>,
        command: &ReserveStock,
        conn: &mut Connection,
    ) -> Result<(), HandleError> {
        let ReserveStock { order_id, lines, region, hold_until } = command;
        if lines.is_empty() {
            return Err(HandleError::Impossible(format!("order {order_id} wants nothing")));
        }
        let hold = Reservation::new(*hold_until, self.hold_for, story.now);
        Ok(app::reserve_stock(story, lines, region.as_ref(), hold, conn).await?)
    }
}

async fn take_back(
    story: Story<'_>,
    ReturnItems { return_id, lines, .. }: &ReturnItems,
    conn: &mut Connection,
) -> Result<(), HandleError> {
    if lines.is_empty() {
        return Err(HandleError::Impossible(format!("return {return_id} brings nothing")));
    }
    app::return_items(story, *return_id, lines, conn).await.map_err(|error| match error {
        ReturnError::Store(error) => error.into(),
        impossible => HandleError::Impossible(impossible.to_string()),
    })
}
