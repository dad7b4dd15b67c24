//! Tokens that came before it was known whose order it is.

use contracts::api::payments::PaymentToken;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use kernel::{OrderId, Timestamp, UserId};
use platform::Connection;

use super::codes;
use super::schema::submissions;

/// The first of this sender counts.
pub async fn submission_keep(
    conn: &mut Connection,
    order_id: OrderId,
    customer_id: UserId,
    token: &PaymentToken,
    now: Timestamp,
) -> QueryResult<()> {
    diesel::insert_into(submissions::table)
        .values((
            submissions::order_id.eq(order_id.0),
            submissions::customer_id.eq(customer_id.0),
            submissions::payment_token.eq(token.as_str()),
            submissions::received_at.eq(now),
        ))
        .on_conflict_do_nothing()
        .execute(conn)
        .await?;
    Ok(())
}

pub async fn submission_find(
    conn: &mut Connection,
    order_id: OrderId,
    customer_id: UserId,
) -> QueryResult<Option<PaymentToken>> {
    let token: Option<String> = submissions::table
        .find((order_id.0, customer_id.0))
        .select(submissions::payment_token)
        .first(conn)
        .await
        .optional()?;
    token.as_deref().map(codes::token).transpose()
}

/// All of the order: one of them was used, or none will be.
pub async fn submissions_forget(conn: &mut Connection, order_id: OrderId) -> QueryResult<()> {
    let of_order = submissions::table.filter(submissions::order_id.eq(order_id.0));
    diesel::delete(of_order).execute(conn).await?;
    Ok(())
}
