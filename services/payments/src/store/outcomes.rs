//! What became of orders, as orders says.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use kernel::{Money, OrderId, ReturnId, Timestamp};
use platform::Connection;

use super::schema::{completed_returns, order_outcomes};

/// An order ends once; what is said again changes nothing.
pub async fn outcome_keep(
    conn: &mut Connection,
    order_id: OrderId,
    outcome: &str,
    total: Option<Money>,
    now: Timestamp,
) -> QueryResult<()> {
    diesel::insert_into(order_outcomes::table)
        .values((
            order_outcomes::order_id.eq(order_id.0),
            order_outcomes::outcome.eq(outcome),
            order_outcomes::amount_minor.eq(total.map(|total| total.amount_minor)),
            order_outcomes::currency.eq(total.map(|total| total.currency.code())),
            order_outcomes::at.eq(now),
        ))
        .on_conflict_do_nothing()
        .execute(conn)
        .await?;
    Ok(())
}

pub async fn return_keep(
    conn: &mut Connection,
    order_id: OrderId,
    return_id: ReturnId,
    amount: Money,
    now: Timestamp,
) -> QueryResult<()> {
    diesel::insert_into(completed_returns::table)
        .values((
            completed_returns::return_id.eq(return_id.0),
            completed_returns::order_id.eq(order_id.0),
            completed_returns::amount_minor.eq(amount.amount_minor),
            completed_returns::currency.eq(amount.currency.code()),
            completed_returns::at.eq(now),
        ))
        .on_conflict_do_nothing()
        .execute(conn)
        .await?;
    Ok(())
}
