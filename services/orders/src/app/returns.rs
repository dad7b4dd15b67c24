//! Customers send things back; the support team decides, and has the goods in hand.

use contracts::api::orders::OrderStatus;
use kernel::{OrderId, ReturnId, UserId};
use platform::{Connection, StoreError, outbox};

use super::advance::save_returns;
use super::{App, By, messages};
use crate::domain::action::{Action, Actor, Kind};
use crate::domain::returns::{Event, RequestError, Requested, Return};
use crate::domain::saga::IllegalTransition;
use crate::store::order_events::Told;
use crate::store::{checkouts, returns};

#[derive(Debug, thiserror::Error)]
pub enum ReturnError {
    /// Neither theirs nor anybody's.
    #[error("there is no such order or return of this customer")]
    NotFound,
    #[error("nothing of an order that is {0:?} can be returned")]
    NotReturnable(OrderStatus),
    #[error(transparent)]
    Request(#[from] RequestError),
    #[error("it is too late, or too early, for this")]
    Illegal(#[from] IllegalTransition),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<diesel::result::Error> for ReturnError {
    fn from(error: diesel::result::Error) -> Self {
        Self::Store(error.into())
    }
}

impl App {
    /// In the caller's transaction. The order's lock makes two requests for its last piece take turns.
    pub async fn request_return(
        &self,
        conn: &mut Connection,
        order: OrderId,
        customer: UserId,
        requested: Requested,
    ) -> Result<Return, ReturnError> {
        let found = checkouts::find_checkout_locked(conn, order).await?;
        let mine = found.filter(|checkout| checkout.order.customer_id == customer);
        let checkout = mine.ok_or(ReturnError::NotFound)?;
        // What is still here is cancelled instead.
        let status = checkout.status();
        if !matches!(status, OrderStatus::Fulfilling | OrderStatus::Completed) {
            return Err(ReturnError::NotReturnable(status));
        }
        // A statement of its own: the one that waited for the lock can't see what was claimed meanwhile.
        let claimed = returns::pieces_claimed(conn, order).await?;
        let moment = self.moment();
        let asked = Return::request(&checkout, &claimed, requested, moment)?;
        let item = asked.item.clone();
        let action = Action::new(Actor::User(customer), Kind::ReturnRequested).of_return(item.id);
        let (_, said) = messages::message_of_return(&asked, moment.now).expect("a request is announced");
        let action = messages::action(order, &action.because(&item.reason), moment.now);
        let told: [Told<'_>; 2] = [(order, &action), (order, said.envelope())];
        returns::return_insert(conn, &item, &told).await?;
        outbox::record_all(&[said], conn).await?;
        Ok(item)
    }

    /// The support team, or the customer whose it is, does something to the return. In the caller's transaction;
    /// what has been done already has no effect.
    pub async fn act_on_return(
        &self,
        conn: &mut Connection,
        id: ReturnId,
        by: By,
        deed: &Deed,
    ) -> Result<Return, ReturnError> {
        let found = returns::find_return_locked(conn, id).await?;
        let item = found.filter(|item| is_theirs(item, by)).ok_or(ReturnError::NotFound)?;
        let moment = self.moment();
        let Some(advance) = item.advance(&deed.event(), moment)? else { return Ok(item) };
        self.record(conn, item.order_id, &deed.action(by, id)).await?;
        save_returns(conn, std::slice::from_ref(&advance), None, moment.now).await?;
        Ok(advance.item)
    }

    pub async fn find_return(&self, id: ReturnId, by: By) -> Result<Option<Return>, StoreError> {
        let mut conn = self.database.connect().await?;
        Ok(returns::find_return(&mut conn, id).await?.filter(|item| is_theirs(item, by)))
    }

    /// All of the order, oldest first; `None` where there is no such order for them.
    pub async fn list_returns(&self, order: OrderId, by: By) -> Result<Option<Vec<Return>>, StoreError> {
        let mut conn = self.database.read().await?;
        if checkouts::find_checkout(&mut conn, order, by.customer()).await?.is_none() {
            return Ok(None);
        }
        Ok(Some(returns::returns_list(&mut conn, order).await?))
    }
}

/// What a person does to a return.
#[derive(Clone, Debug)]
pub enum Deed {
    Approve,
    Refuse { note: String },
    Receive,
    Withdraw,
}

impl Deed {
    fn event(&self) -> Event {
        match self {
            Self::Approve => Event::Approved,
            Self::Refuse { note } => Event::Refused { note: note.clone() },
            Self::Receive => Event::GoodsReceived,
            Self::Withdraw => Event::Withdrawn,
        }
    }

    fn action(&self, by: By, id: ReturnId) -> Action {
        let action = |kind| Action::new(Actor::User(by.user()), kind).of_return(id);
        match self {
            Self::Approve => action(Kind::ReturnApproved),
            Self::Refuse { note } => action(Kind::ReturnRefused).because(note),
            Self::Receive => action(Kind::ReturnReceived),
            Self::Withdraw => action(Kind::ReturnWithdrawn),
        }
    }
}

fn is_theirs(item: &Return, by: By) -> bool {
    by.customer().is_none_or(|customer| item.customer_id == customer)
}
