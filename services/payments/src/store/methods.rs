//! Saved means of payment.

use contracts::api::payments::{CardExpiry, PaymentMethodView, PaymentToken};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use kernel::{PaymentMethodId, Timestamp, UserId};
use platform::Connection;
use uuid::Uuid;

use super::codes;
use super::schema::payment_methods as methods;
use crate::provider::SavedCard;

#[derive(Queryable, Selectable)]
#[diesel(table_name = methods)]
struct Row {
    id: Uuid,
    brand: String,
    last4: Option<String>,
    expiry_month: Option<i16>,
    expiry_year: Option<i16>,
    created_at: Timestamp,
}

impl Row {
    fn view(self) -> PaymentMethodView {
        let expiry = self.expiry_month.zip(self.expiry_year);
        PaymentMethodView {
            id: PaymentMethodId(self.id),
            brand: self.brand,
            last4: self.last4,
            expiry: expiry.map(|(month, year)| CardExpiry { month, year }),
            created_at: self.created_at,
        }
    }
}

/// Newest first.
pub async fn methods_list(
    conn: &mut Connection,
    customer: UserId,
    provider: &str,
) -> QueryResult<Vec<PaymentMethodView>> {
    let rows: Vec<Row> = methods::table
        .filter(methods::customer_id.eq(customer.0).and(methods::provider.eq(provider)))
        .order(methods::id.desc())
        .select(Row::as_select())
        .load(conn)
        .await?;
    Ok(rows.into_iter().map(Row::view).collect())
}

pub async fn method_find_by_source(
    conn: &mut Connection,
    customer: UserId,
    provider: &str,
    source: [u8; 32],
) -> QueryResult<Option<PaymentMethodView>> {
    let row: Option<Row> = methods::table
        .filter(methods::customer_id.eq(customer.0).and(methods::provider.eq(provider)))
        .filter(methods::source.eq(source.as_slice()))
        .select(Row::as_select())
        .first(conn)
        .await
        .optional()?;
    Ok(row.map(Row::view))
}

/// What the provider knows this customer's newest one by.
pub async fn method_newest_token(
    conn: &mut Connection,
    customer: UserId,
    provider: &str,
) -> QueryResult<Option<PaymentToken>> {
    let token: Option<String> = methods::table
        .filter(methods::customer_id.eq(customer.0).and(methods::provider.eq(provider)))
        .order(methods::id.desc())
        .select(methods::token)
        .first(conn)
        .await
        .optional()?;
    token.as_deref().map(codes::token).transpose()
}

/// The provider's token of one of this customer's.
pub async fn method_token(
    conn: &mut Connection,
    customer: UserId,
    id: PaymentMethodId,
) -> QueryResult<Option<PaymentToken>> {
    let token: Option<String> = methods::table
        .find(id.0)
        .filter(methods::customer_id.eq(customer.0))
        .select(methods::token)
        .first(conn)
        .await
        .optional()?;
    token.as_deref().map(codes::token).transpose()
}

/// The one that is there already stays.
pub async fn method_insert(
    conn: &mut Connection,
    customer: UserId,
    provider: &str,
    source: [u8; 32],
    card: &SavedCard,
    now: Timestamp,
) -> QueryResult<()> {
    diesel::insert_into(methods::table)
        .values((
            methods::id.eq(PaymentMethodId::new().0),
            methods::customer_id.eq(customer.0),
            methods::provider.eq(provider),
            methods::token.eq(card.token.as_str()),
            methods::source.eq(source.as_slice()),
            methods::brand.eq(&card.brand),
            methods::last4.eq(&card.last4),
            methods::expiry_month.eq(card.expiry.map(|expiry| expiry.month)),
            methods::expiry_year.eq(card.expiry.map(|expiry| expiry.year)),
            methods::created_at.eq(now),
        ))
        .on_conflict((methods::customer_id, methods::provider, methods::source))
        .do_nothing()
        .execute(conn)
        .await?;
    Ok(())
}

pub async fn method_delete(conn: &mut Connection, customer: UserId, id: PaymentMethodId) -> QueryResult<()> {
    let this = methods::table.find(id.0).filter(methods::customer_id.eq(customer.0));
    diesel::delete(this).execute(conn).await?;
    Ok(())
}
