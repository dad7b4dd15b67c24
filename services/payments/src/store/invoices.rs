//! Electronic invoices, numbered without gaps.

use chrono::Datelike;
use contracts::api::payments::InvoiceView;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use kernel::{OrderId, PaymentId, Timestamp, UserId};
use platform::Connection;
use uuid::Uuid;

use super::codes;
use super::schema::invoices;
use crate::domain::Payment;

/// Numbers and keeps it: the counter's row is locked from here to the commit, so this goes last in its transaction.
pub async fn invoice_issue(
    conn: &mut Connection,
    payment: &Payment,
    customer_id: UserId,
    now: Timestamp,
) -> QueryResult<String> {
    #[derive(QueryableByName)]
    struct Issued {
        #[diesel(sql_type = Text)]
        number: String,
    }
    let issued: Issued = platform::sql(
        "WITH counted AS (
             INSERT INTO invoice_counters (year, last) VALUES ($1, 1)
             ON CONFLICT (year) DO UPDATE SET last = invoice_counters.last + 1 RETURNING last
         )
         INSERT INTO invoices (number, payment_id, order_id, customer_id, amount_minor, currency, issued_at)
         SELECT $1 || '-' || lpad(last::text, greatest(6, length(last::text)), '0'), $2, $3, $4, $5, $6, $7 FROM counted
         RETURNING number",
    )
    .bind::<Integer, _>(now.year())
    .bind::<SqlUuid, _>(payment.id.0)
    .bind::<SqlUuid, _>(payment.order_id.0)
    .bind::<SqlUuid, _>(customer_id.0)
    .bind::<BigInt, _>(payment.due().amount_minor)
    .bind::<Text, _>(payment.due().currency.code())
    .bind::<Timestamptz, _>(now)
    .get_result(conn)
    .await?;
    Ok(issued.number)
}

pub async fn invoice_find(conn: &mut Connection, order_id: OrderId) -> QueryResult<Option<InvoiceView>> {
    type Row = (String, Uuid, Uuid, i64, String, Timestamp);
    let row: Option<Row> = invoices::table
        .filter(invoices::order_id.eq(order_id.0))
        .select((
            invoices::number,
            invoices::payment_id,
            invoices::customer_id,
            invoices::amount_minor,
            invoices::currency,
            invoices::issued_at,
        ))
        .first(conn)
        .await
        .optional()?;
    row.map(|(invoice_number, payment_id, customer_id, amount_minor, currency, issued_at)| {
        let (payment_id, customer_id) = (PaymentId(payment_id), UserId(customer_id));
        let amount = codes::money(amount_minor, &currency)?;
        Ok(InvoiceView { invoice_number, order_id, payment_id, customer_id, amount, issued_at })
    })
    .transpose()
}
