//! What became of an order: kept, for the reconciliation.

use contracts::inbound::payments::Outcomes;
use diesel::QueryResult;
use kernel::Timestamp;
use platform::Connection;

use crate::store;

pub async fn take_outcome(conn: &mut Connection, outcome: &Outcomes, now: Timestamp) -> QueryResult<()> {
    match outcome {
        Outcomes::OrderConfirmed(order) => {
            store::outcome_keep(conn, order.order_id, "confirmed", Some(order.total), now).await
        }
        Outcomes::OrderRejected(order) => {
            store::outcome_keep(conn, order.order_id, "rejected", None, now).await
        }
        Outcomes::OrderCancelled(order) => {
            store::outcome_keep(conn, order.order_id, "cancelled", None, now).await
        }
        Outcomes::ReturnCompleted(done) => {
            store::return_keep(conn, done.order_id, done.return_id, done.amount, now).await
        }
    }
}
