//! The read models of catalog's products and inventory's levels. Each part keeps the newest that was told of it, for
//! messages come in any order.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use diesel_async::RunQueryDsl;
use kernel::{Money, Sku};
use platform::Connection;

/// On sale under this name, at this price.
pub async fn product_published(
    conn: &mut Connection,
    sku: &Sku,
    name: &str,
    price: Money,
    version: i64,
) -> QueryResult<()> {
    let query = format!(
        "INSERT INTO products (sku, name, on_sale, version, unit_price_minor, currency, price_version)
         VALUES ($1, $5, true, $2, $3, $4, $2)
         ON CONFLICT (sku) DO UPDATE SET {NEWER_NAME}, {NEWER_PRICE}"
    );
    platform::sql(query)
        .bind::<Text, _>(sku.as_str())
        .bind::<BigInt, _>(version)
        .bind::<BigInt, _>(price.amount_minor)
        .bind::<Text, _>(price.currency.code())
        .bind::<Text, _>(name)
        .execute(conn)
        .await?;
    Ok(())
}

pub async fn product_price_changed(
    conn: &mut Connection,
    sku: &Sku,
    price: Money,
    version: i64,
) -> QueryResult<()> {
    let query = format!(
        "INSERT INTO products (sku, on_sale, version, unit_price_minor, currency, price_version)
         VALUES ($1, false, -1, $3, $4, $2)
         ON CONFLICT (sku) DO UPDATE SET {NEWER_PRICE}"
    );
    platform::sql(query)
        .bind::<Text, _>(sku.as_str())
        .bind::<BigInt, _>(version)
        .bind::<BigInt, _>(price.amount_minor)
        .bind::<Text, _>(price.currency.code())
        .execute(conn)
        .await?;
    Ok(())
}

/// Its name stays, for the carts that it lies in.
pub async fn product_withdrawn(conn: &mut Connection, sku: &Sku, version: i64) -> QueryResult<()> {
    platform::sql(
        "INSERT INTO products (sku, on_sale, version, price_version) VALUES ($1, false, $2, -1)
         ON CONFLICT (sku) DO UPDATE SET on_sale = false, version = excluded.version
         WHERE products.version < excluded.version",
    )
    .bind::<Text, _>(sku.as_str())
    .bind::<BigInt, _>(version)
    .execute(conn)
    .await?;
    Ok(())
}

pub async fn availability_put(
    conn: &mut Connection,
    sku: &Sku,
    available: i64,
    version: i64,
) -> QueryResult<()> {
    platform::sql(
        "INSERT INTO availability (sku, available, version) VALUES ($1, $2, $3)
         ON CONFLICT (sku) DO UPDATE SET available = excluded.available, version = excluded.version
         WHERE availability.version < excluded.version",
    )
    .bind::<Text, _>(sku.as_str())
    .bind::<BigInt, _>(available)
    .bind::<BigInt, _>(version)
    .execute(conn)
    .await?;
    Ok(())
}

const NEWER_NAME: &str = "
    name = CASE WHEN products.version < excluded.version THEN excluded.name ELSE products.name END,
    on_sale = CASE WHEN products.version < excluded.version THEN excluded.on_sale ELSE products.on_sale END,
    version = greatest(products.version, excluded.version)";

const NEWER_PRICE: &str = "
    unit_price_minor = CASE WHEN products.price_version < excluded.price_version
                            THEN excluded.unit_price_minor ELSE products.unit_price_minor END,
    currency = CASE WHEN products.price_version < excluded.price_version
                    THEN excluded.currency ELSE products.currency END,
    price_version = greatest(products.price_version, excluded.price_version)";
