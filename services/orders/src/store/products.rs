//! The read model of catalog's products.

use contracts::messages::catalog::ProductPublished;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text, Timestamptz};
use diesel_async::RunQueryDsl;
use kernel::{Money, Quantity, Sku, Timestamp};
use platform::Connection;

use super::unreadable;
use crate::domain::line::Line;
use crate::schema::products;

/// Keeps the newer of what is known and what is told; messages come in any order.
pub async fn product_upsert(
    conn: &mut Connection,
    product: &ProductPublished,
    version: i64,
    published_at: Timestamp,
) -> QueryResult<()> {
    diesel::sql_query(
        "INSERT INTO products (sku, name, unit_price_minor, currency, version, published_at)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (sku) DO UPDATE SET
            name = excluded.name, unit_price_minor = excluded.unit_price_minor, currency = excluded.currency,
            version = excluded.version, published_at = excluded.published_at
         WHERE (products.version, products.published_at) < (excluded.version, excluded.published_at)",
    )
    .bind::<Text, _>(product.sku.as_str())
    .bind::<Text, _>(&product.name)
    .bind::<BigInt, _>(product.price.amount_minor)
    .bind::<Text, _>(product.price.currency.code())
    .bind::<BigInt, _>(version)
    .bind::<Timestamptz, _>(published_at)
    .execute(conn)
    .await?;
    Ok(())
}

/// So many pieces of the product at today's price.
pub async fn find_product_line(
    conn: &mut Connection,
    sku: &Sku,
    quantity: Quantity,
) -> QueryResult<Option<Line>> {
    let found: Option<(String, i64, String)> = products::table
        .find(sku.as_str())
        .select((products::name, products::unit_price_minor, products::currency))
        .first(conn)
        .await
        .optional()?;
    found
        .map(|(name, amount_minor, currency)| {
            let unit_price = Money::new(amount_minor, currency.parse().map_err(unreadable)?);
            Ok(Line { sku: sku.clone(), name, quantity, unit_price })
        })
        .transpose()
}
