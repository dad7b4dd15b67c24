//! Those who look after the shop see which sagas are stuck, and drive them on or give them up.

use contracts::api::sagas::{SagaDetail, SagaView};
use kernel::OrderId;
use platform::{Connection, StoreError};

use super::advance::{save, save_returns};
use super::{App, messages};
use crate::domain::action::{Action, Actor, Kind};
use crate::domain::checkout::Checkout;
use crate::domain::returns;
use crate::domain::saga::{Event, State};
use crate::store::checkouts;
use crate::store::order_events::{Part, order_event_insert, order_events_list};
use crate::store::returns::{find_return_locked, returns_list};
use crate::store::sagas::{Filter, sagas_list, sagas_of_order};

/// Lines of the timeline that a saga is shown with.
const NEWEST: i64 = 100;

#[derive(Debug, thiserror::Error)]
pub enum OperateError {
    #[error("there is no such order")]
    NoOrder,
    #[error("nothing of this order waits for an answer that could be asked for again")]
    NothingToRetry,
    #[error("{0}")]
    NotAbandonable(&'static str),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<diesel::result::Error> for OperateError {
    fn from(error: diesel::result::Error) -> Self {
        Self::Store(error.into())
    }
}

impl App {
    pub async fn list_sagas(&self, filter: &Filter, limit: i64) -> Result<Vec<SagaView>, StoreError> {
        let mut conn = self.database.connect().await?;
        Ok(sagas_list(&mut conn, filter, self.clock.now(), limit).await?)
    }

    /// From the primary, for it is looked at to decide what to do.
    pub async fn find_sagas(&self, order: OrderId) -> Result<Option<SagaDetail>, StoreError> {
        let mut conn = self.database.connect().await?;
        Ok(self.detail(&mut conn, order).await?)
    }

    /// Says again, now, what the order's sagas wait to have answered. In the caller's transaction.
    pub async fn retry_sagas(
        &self,
        conn: &mut Connection,
        order: OrderId,
        actor: Actor,
    ) -> Result<SagaDetail, OperateError> {
        let found = checkouts::find_checkout_locked(conn, order).await?;
        let checkout = found.ok_or(OperateError::NoOrder)?;
        let moment = self.moment();
        let mut open = vec![];
        for item in returns_list(conn, order).await? {
            // Under the order's lock nobody moves them; read again, for the list may be older than the lock.
            let item = find_return_locked(conn, item.id).await?;
            open.extend(item.and_then(|item| item.advance(&returns::Event::Retried, moment).ok().flatten()));
        }
        let again = checkout.advance(&Event::Retried, moment).ok().flatten();
        if again.is_none() && open.is_empty() {
            return Err(OperateError::NothingToRetry);
        }
        self.record(conn, order, &Action::new(actor, Kind::SagaRetried)).await?;
        save(conn, again.as_slice(), None, moment.now).await?;
        for advance in &open {
            save_returns(conn, std::slice::from_ref(advance), None, moment.now).await?;
        }
        self.detail(conn, order).await?.ok_or(OperateError::NoOrder)
    }

    /// Undoes what the order's saga has done, once it is known what that is. In the caller's transaction.
    pub async fn abandon_saga(
        &self,
        conn: &mut Connection,
        order: OrderId,
        actor: Actor,
        reason: &str,
    ) -> Result<SagaDetail, OperateError> {
        let found = checkouts::find_checkout_locked(conn, order).await?;
        let checkout = found.ok_or(OperateError::NoOrder)?;
        let moment = self.moment();
        let advance = checkout.advance(&Event::Abandoned, moment).ok().flatten();
        let advance = advance.ok_or_else(|| OperateError::NotAbandonable(why_not(&checkout)))?;
        self.record(conn, order, &Action::new(actor, Kind::SagaAbandoned).because(reason)).await?;
        save(conn, std::slice::from_ref(&advance), None, moment.now).await?;
        self.detail(conn, order).await?.ok_or(OperateError::NoOrder)
    }

    /// What a person did, in the order's timeline.
    pub(super) async fn record(
        &self,
        conn: &mut Connection,
        order: OrderId,
        action: &Action,
    ) -> diesel::QueryResult<()> {
        order_event_insert(conn, (order, &messages::action(order, action, self.clock.now()))).await
    }

    async fn detail(&self, conn: &mut Connection, order: OrderId) -> diesel::QueryResult<Option<SagaDetail>> {
        let sagas = sagas_of_order(conn, order, self.clock.now()).await?;
        if sagas.is_empty() {
            return Ok(None);
        }
        let events = order_events_list(conn, order, Part::Newest, NEWEST).await?;
        Ok(Some(SagaDetail { sagas, events }))
    }
}

fn why_not(checkout: &Checkout) -> &'static str {
    match &checkout.saga.state {
        State::Confirmed => "it is confirmed: its customer cancels or returns it",
        State::Rejected { .. } | State::Cancelled { .. } => "it has ended, and everything is undone",
        State::Committing { .. } | State::Capturing { .. } => {
            "it is being abandoned: it is undone as soon as it is known how far it came"
        }
        State::Voiding { .. }
        | State::Releasing { .. }
        | State::Restocking { .. }
        | State::Refunding { .. } => "it is being undone already: retry says its command again",
        State::Reserving | State::Authorizing { .. } | State::Window { .. } => "it can't be now",
    }
}
