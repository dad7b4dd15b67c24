//! The payment of an order, one row each.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use kernel::{EventId, OrderId, PaymentId, Timestamp, UserId};
use platform::Connection;
use uuid::Uuid;

use super::codes;
use super::refunds::{refunds_fill, refunds_save};
use super::schema::payments;
use crate::domain::Payment;

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = payments, treat_none_as_null = true)]
pub(super) struct Row {
    id: Uuid,
    order_id: Uuid,
    customer_id: Option<Uuid>,
    amount_minor: Option<i64>,
    currency: Option<String>,
    payment_token: Option<String>,
    status: String,
    void_requested: bool,
    decline_reason: Option<String>,
    authorization_reference: Option<String>,
    capture_before: Option<Timestamp>,
    capture_reference: Option<String>,
    charged_back_minor: i64,
    version: i64,
    attempt: i32,
}

impl From<&Payment> for Row {
    fn from(payment: &Payment) -> Self {
        Self {
            id: payment.id.0,
            order_id: payment.order_id.0,
            customer_id: payment.customer_id.map(|id| id.0),
            amount_minor: payment.amount.map(|amount| amount.amount_minor),
            currency: payment.amount.map(|amount| amount.currency.code().to_owned()),
            payment_token: payment.token.as_ref().map(|token| token.as_str().to_owned()),
            status: codes::code(payment.status),
            void_requested: payment.void_requested,
            decline_reason: payment.reason.map(codes::code),
            authorization_reference: payment.authorization.clone(),
            capture_before: payment.capture_before,
            capture_reference: payment.capture.clone(),
            charged_back_minor: payment.charged_back_minor,
            version: payment.version,
            attempt: payment.attempt,
        }
    }
}

impl Row {
    pub(super) fn payment(self) -> QueryResult<Payment> {
        let amount = self.amount_minor.zip(self.currency);
        Ok(Payment {
            id: PaymentId(self.id),
            order_id: OrderId(self.order_id),
            status: codes::decoded(self.status)?,
            customer_id: self.customer_id.map(UserId),
            amount: amount.map(|(minor, currency)| codes::money(minor, &currency)).transpose()?,
            token: self.payment_token.as_deref().map(codes::token).transpose()?,
            void_requested: self.void_requested,
            reason: self.decline_reason.map(codes::decoded).transpose()?,
            authorization: self.authorization_reference,
            capture_before: self.capture_before,
            capture: self.capture_reference,
            refunds: Vec::new(),
            charged_back_minor: self.charged_back_minor,
            version: self.version,
            attempt: self.attempt,
        })
    }
}

pub async fn payment_find(conn: &mut Connection, order_id: OrderId) -> QueryResult<Option<Payment>> {
    let of_order = payments::table.filter(payments::order_id.eq(order_id.0));
    let row: Option<Row> = of_order.select(Row::as_select()).first(conn).await.optional()?;
    let Some(row) = row else { return Ok(None) };
    let mut found = [row.payment()?];
    refunds_fill(conn, &mut found).await?;
    Ok(found.into_iter().next())
}

/// With the command that its next answer answers. Others wait for the caller's transaction to end.
pub async fn payment_lock(
    conn: &mut Connection,
    order_id: OrderId,
) -> QueryResult<Option<(Payment, Option<EventId>)>> {
    let of_order = payments::table.filter(payments::order_id.eq(order_id.0));
    let row: Option<(Row, Option<Uuid>)> =
        of_order.select((Row::as_select(), payments::cause_id)).for_update().first(conn).await.optional()?;
    let Some((row, cause)) = row else { return Ok(None) };
    let mut found = [row.payment()?];
    refunds_fill(conn, &mut found).await?;
    Ok(found.into_iter().next().map(|payment| (payment, cause.map(EventId))))
}

/// Whose authorisation or capture has this reference.
pub async fn payment_of_reference(conn: &mut Connection, reference: &str) -> QueryResult<Option<OrderId>> {
    let found: Option<Uuid> = payments::table
        .filter(payments::authorization_reference.eq(reference))
        .or_filter(payments::capture_reference.eq(reference))
        .select(payments::order_id)
        .first(conn)
        .await
        .optional()?;
    Ok(found.map(OrderId))
}

pub async fn payment_lock_or_create(conn: &mut Connection, order_id: OrderId) -> QueryResult<Payment> {
    if let Some((payment, _)) = payment_lock(conn, order_id).await? {
        return Ok(payment);
    }
    let new = Row::from(&Payment::new(order_id));
    diesel::insert_into(payments::table)
        .values(new)
        .on_conflict(payments::order_id)
        .do_nothing()
        .execute(conn)
        .await?;
    // Ours, or that of a message which came at the same moment and was committed while we waited for it.
    let locked = payment_lock(conn, order_id).await?;
    locked.map(|(payment, _)| payment).ok_or(diesel::result::Error::NotFound)
}

/// Writes what has changed; a new operation is due at once, and one that is over is due no more.
pub async fn payment_save(
    conn: &mut Connection,
    before: &Payment,
    after: &Payment,
    cause: Option<EventId>,
    now: Timestamp,
) -> QueryResult<()> {
    let this = payments::table.find(after.id.0);
    let cause = cause.map(|cause| payments::cause_id.eq(cause.0));
    if before == after {
        // The command came again: the answer that is still to come answers this one.
        if let (Some(cause), Some(_)) = (cause, after.operation()) {
            diesel::update(this).set(cause).execute(conn).await?;
        }
        return Ok(());
    }
    let row = (Row::from(after), cause);
    diesel::update(this).set(row).execute(conn).await?;
    refunds_save(conn, before, after).await?;
    match (before.key(), after.key()) {
        (old, new) if old == new => Ok(()),
        (_, Some(_)) => super::work::work_open(conn, after.id, now).await,
        (_, None) => super::work::work_close(conn, after.id).await,
    }
}
