//! How far the goods are, which is in the saga's row, and where they go, which is not.

use contracts::api::orders::Address;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use kernel::OrderId;
use platform::Connection;
use serde_json::Value;

use super::order_events::{Columns, Told};
use super::unreadable;
use crate::domain::address::Destination;
use crate::domain::checkout::Checkout;

/// The new step of the goods (their saga is locked by the caller), what is told of it, and where they go from now on.
pub async fn fulfilment_update(
    conn: &mut Connection,
    checkout: &Checkout,
    destination: Option<&Destination>,
    told: &[Told<'_>],
) -> QueryResult<()> {
    let events = Columns::of(told);
    let fulfilment = serde_json::to_value(&checkout.fulfilment).expect("a fulfilment is plain data");
    platform::sql(
        "WITH saved AS (
            UPDATE sagas SET fulfilment = $2, fulfilment_version = $3 WHERE order_id = $1
         ), addressed AS (
            INSERT INTO addresses (order_id, address) SELECT $1, $4 WHERE $4 IS NOT NULL
            ON CONFLICT (order_id) DO UPDATE SET address = excluded.address
         )
         INSERT INTO order_events (order_id, id, type, source, occurred_at, data)
         SELECT * FROM unnest($5::uuid[], $6::uuid[], $7::text[], $8::text[], $9::timestamptz[], $10::jsonb[])",
    )
    .bind::<SqlUuid, _>(checkout.order.id.0)
    .bind::<Jsonb, _>(fulfilment)
    .bind::<BigInt, _>(checkout.fulfilment_version)
    .bind::<Nullable<Jsonb>, _>(destination.map(document))
    .bind::<Array<SqlUuid>, _>(events.orders)
    .bind::<Array<SqlUuid>, _>(events.ids)
    .bind::<Array<Text>, _>(events.kinds)
    .bind::<Array<Text>, _>(events.sources)
    .bind::<Array<Timestamptz>, _>(events.times)
    .bind::<Array<Jsonb>, _>(events.data)
    .execute(conn)
    .await?;
    Ok(())
}

/// For its column.
pub fn document(destination: &Destination) -> Value {
    serde_json::to_value(destination.address()).expect("an address is plain data")
}

/// Where it is sent, if anywhere.
pub async fn find_address(conn: &mut Connection, order: OrderId) -> QueryResult<Option<Address>> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Jsonb)]
        address: Value,
    }
    let found =
        platform::sql("SELECT address FROM addresses WHERE order_id = $1").bind::<SqlUuid, _>(order.0);
    let row: Option<Row> = found.get_result(conn).await.optional()?;
    row.map(|row| serde_json::from_value(row.address).map_err(unreadable)).transpose()
}
