//! Orders with their sagas: read in one statement, written in one statement.

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Integer, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use kernel::{CartId, Money, OrderId, Region, Timestamp, UserId};
use platform::Connection;
use serde_json::Value;
use uuid::Uuid;

use super::order_events::{Columns, Told};
use super::{fulfilments, unreadable};
use crate::domain::address::Destination;
use crate::domain::checkout::Checkout;
use crate::domain::order::Order;

const SELECT: &str = "
    SELECT o.id, o.customer_id, o.total_minor, o.currency, o.region, o.created_at,
           s.state, s.version, s.attempts, s.deadline, s.entered_at, s.fulfilment, s.fulfilment_version,
           o.returned_at IS NOT NULL AS returned, o.charged_back_at IS NOT NULL AS charged_back,
           (SELECT jsonb_agg(jsonb_build_object(
                        'sku', l.sku, 'name', l.name, 'quantity', l.quantity,
                        'unit_price', jsonb_build_object('amount_minor', l.unit_price_minor, 'currency', o.currency)
                   ) ORDER BY l.line)
              FROM order_lines l WHERE l.order_id = o.id) AS lines
      FROM orders o JOIN sagas s ON s.order_id = o.id";

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    customer_id: Uuid,
    #[diesel(sql_type = BigInt)]
    total_minor: i64,
    #[diesel(sql_type = Text)]
    currency: String,
    #[diesel(sql_type = Nullable<Text>)]
    region: Option<String>,
    #[diesel(sql_type = Timestamptz)]
    created_at: Timestamp,
    #[diesel(sql_type = Jsonb)]
    state: Value,
    #[diesel(sql_type = BigInt)]
    version: i64,
    #[diesel(sql_type = Integer)]
    attempts: i32,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    deadline: Option<Timestamp>,
    #[diesel(sql_type = Timestamptz)]
    entered_at: Timestamp,
    #[diesel(sql_type = Bool)]
    returned: bool,
    #[diesel(sql_type = Bool)]
    charged_back: bool,
    #[diesel(sql_type = Jsonb)]
    fulfilment: Value,
    #[diesel(sql_type = BigInt)]
    fulfilment_version: i64,
    #[diesel(sql_type = Jsonb)]
    lines: Value,
}

impl Row {
    fn checkout(self) -> QueryResult<Checkout> {
        let order = Order {
            id: OrderId(self.id),
            customer_id: UserId(self.customer_id),
            lines: serde_json::from_value(self.lines).map_err(unreadable)?,
            total: Money::new(self.total_minor, self.currency.parse().map_err(unreadable)?),
            region: self.region.as_deref().map(Region::parse).transpose().map_err(unreadable)?,
            created_at: self.created_at,
        };
        Ok(Checkout {
            order,
            saga: serde_json::from_value(self.state).map_err(unreadable)?,
            version: self.version,
            attempts: self.attempts.try_into().map_err(unreadable)?,
            deadline: self.deadline,
            entered_at: self.entered_at,
            returned: self.returned,
            charged_back: self.charged_back,
            fulfilment: serde_json::from_value(self.fulfilment).map_err(unreadable)?,
            fulfilment_version: self.fulfilment_version,
        })
    }
}

fn all(rows: Vec<Row>) -> QueryResult<Vec<Checkout>> {
    rows.into_iter().map(Row::checkout).collect()
}

/// Of this customer, or of anyone.
pub async fn find_checkout(
    conn: &mut Connection,
    order: OrderId,
    customer: Option<UserId>,
) -> QueryResult<Option<Checkout>> {
    let query = format!("{SELECT} WHERE o.id = $1 AND ($2::uuid IS NULL OR o.customer_id = $2)");
    let found = platform::sql(query)
        .bind::<SqlUuid, _>(order.0)
        .bind::<Nullable<SqlUuid>, _>(customer.map(|customer| customer.0));
    found.get_result::<Row>(conn).await.optional()?.map(Row::checkout).transpose()
}

/// Nobody else takes a step of this order before the transaction ends.
pub async fn find_checkout_locked(conn: &mut Connection, order: OrderId) -> QueryResult<Option<Checkout>> {
    let query = format!("{SELECT} WHERE o.id = $1 FOR NO KEY UPDATE OF s");
    let found = platform::sql(query).bind::<SqlUuid, _>(order.0);
    found.get_result::<Row>(conn).await.optional()?.map(Row::checkout).transpose()
}

/// Those whose deadline has passed, locked; without those that somebody else is taking a step of.
pub async fn checkouts_due_locked(
    conn: &mut Connection,
    now: Timestamp,
    limit: i64,
) -> QueryResult<Vec<Checkout>> {
    let query = format!(
        "{SELECT} WHERE s.deadline <= $1 ORDER BY s.deadline LIMIT $2 FOR NO KEY UPDATE OF s SKIP LOCKED"
    );
    all(platform::sql(query).bind::<Timestamptz, _>(now).bind::<BigInt, _>(limit).load(conn).await?)
}

/// The customer's, newest first, older than this one.
pub async fn checkouts_list(
    conn: &mut Connection,
    customer: UserId,
    after: Option<OrderId>,
    limit: i64,
) -> QueryResult<Vec<Checkout>> {
    let query = format!(
        "{SELECT} WHERE o.customer_id = $1 AND ($2::uuid IS NULL OR o.id < $2) ORDER BY o.id DESC LIMIT $3"
    );
    let listed = platform::sql(query)
        .bind::<SqlUuid, _>(customer.0)
        .bind::<Nullable<SqlUuid>, _>(after.map(|order| order.0))
        .bind::<BigInt, _>(limit);
    all(listed.load(conn).await?)
}

/// When the next saga, of a checkout or a return, has to be looked at.
pub async fn find_next_deadline(conn: &mut Connection) -> QueryResult<Option<Timestamp>> {
    #[derive(QueryableByName)]
    struct Next {
        #[diesel(sql_type = Nullable<Timestamptz>)]
        deadline: Option<Timestamp>,
    }
    let next = platform::sql(
        "SELECT least((SELECT min(deadline) FROM sagas WHERE deadline IS NOT NULL),
                      (SELECT min(deadline) FROM returns WHERE deadline IS NOT NULL)) AS deadline",
    );
    Ok(next.get_result::<Next>(conn).await?.deadline)
}

/// A new order, its lines, its saga and its first messages.
pub async fn checkout_insert(
    conn: &mut Connection,
    checkout: &Checkout,
    cart: CartId,
    destination: Option<&Destination>,
    told: &[Told<'_>],
) -> QueryResult<()> {
    let order = &checkout.order;
    let (mut skus, mut names, mut quantities, mut prices) = (vec![], vec![], vec![], vec![]);
    for line in &order.lines {
        skus.push(line.sku.as_str());
        names.push(line.name.as_str());
        quantities.push(line.quantity.get());
        prices.push(line.unit_price.amount_minor);
    }
    let events = Columns::of(told);
    platform::sql(
        "WITH placed AS (
            INSERT INTO orders (id, customer_id, cart_id, total_minor, currency, created_at, region)
            VALUES ($1, $2, $3, $4, $5, $6, $21)
         ), addressed AS (
            INSERT INTO addresses (order_id, address) SELECT $1, $22 WHERE $22 IS NOT NULL
         ), listed AS (
            INSERT INTO order_lines (order_id, sku, name, quantity, unit_price_minor, line)
            SELECT $1, l.* FROM unnest($7::text[], $8::text[], $9::integer[], $10::bigint[]) WITH ORDINALITY l
         ), begun AS (
            INSERT INTO sagas (order_id, state, version, deadline, attempts, entered_at)
            VALUES ($1, $11, $12, $13, $14, $6)
         )
         INSERT INTO order_events (order_id, id, type, source, occurred_at, data)
         SELECT * FROM unnest($15::uuid[], $16::uuid[], $17::text[], $18::text[], $19::timestamptz[], $20::jsonb[])",
    )
    .bind::<SqlUuid, _>(order.id.0)
    .bind::<SqlUuid, _>(order.customer_id.0)
    .bind::<SqlUuid, _>(cart.0)
    .bind::<BigInt, _>(order.total.amount_minor)
    .bind::<Text, _>(order.total.currency.code())
    .bind::<Timestamptz, _>(order.created_at)
    .bind::<Array<Text>, _>(skus)
    .bind::<Array<Text>, _>(names)
    .bind::<Array<Integer>, _>(quantities)
    .bind::<Array<BigInt>, _>(prices)
    .bind::<Jsonb, _>(state(checkout))
    .bind::<BigInt, _>(checkout.version)
    .bind::<Nullable<Timestamptz>, _>(checkout.deadline)
    .bind::<Integer, _>(attempts(checkout))
    .bind::<Array<SqlUuid>, _>(events.orders)
    .bind::<Array<SqlUuid>, _>(events.ids)
    .bind::<Array<Text>, _>(events.kinds)
    .bind::<Array<Text>, _>(events.sources)
    .bind::<Array<Timestamptz>, _>(events.times)
    .bind::<Array<Jsonb>, _>(events.data)
    .bind::<Nullable<Text>, _>(order.region.as_ref().map(Region::as_str))
    .bind::<Nullable<Jsonb>, _>(destination.map(fulfilments::document))
    .execute(conn)
    .await?;
    Ok(())
}

/// The new states of sagas (locked by the caller) and messages of theirs; thaws the carts of orders that came to nothing.
pub async fn checkouts_update(
    conn: &mut Connection,
    changed: &[&Checkout],
    told: &[Told<'_>],
) -> QueryResult<()> {
    let events = Columns::of(told);
    platform::sql(
        "WITH changed AS (
            SELECT * FROM unnest($1::uuid[], $2::jsonb[], $3::bigint[], $4::timestamptz[], $5::integer[], $12::timestamptz[])
                AS c (order_id, state, version, deadline, attempts, entered_at)
         ), saved AS (
            UPDATE sagas SET state = c.state, version = c.version, deadline = c.deadline, attempts = c.attempts,
                   entered_at = c.entered_at
              FROM changed c WHERE sagas.order_id = c.order_id
         ), thawed AS (
            UPDATE carts SET frozen_by = NULL, version = carts.version + 1 FROM changed c
             WHERE carts.frozen_by = c.order_id AND c.state -> 'state' ->> 'name' IN ('rejected', 'cancelled')
         )
         INSERT INTO order_events (order_id, id, type, source, occurred_at, data)
         SELECT * FROM unnest($6::uuid[], $7::uuid[], $8::text[], $9::text[], $10::timestamptz[], $11::jsonb[])",
    )
    .bind::<Array<SqlUuid>, _>(changed.iter().map(|checkout| checkout.order.id.0).collect::<Vec<_>>())
    .bind::<Array<Jsonb>, _>(changed.iter().map(|checkout| state(checkout)).collect::<Vec<_>>())
    .bind::<Array<BigInt>, _>(changed.iter().map(|checkout| checkout.version).collect::<Vec<_>>())
    .bind::<Array<Nullable<Timestamptz>>, _>(changed.iter().map(|checkout| checkout.deadline).collect::<Vec<_>>())
    .bind::<Array<Integer>, _>(changed.iter().map(|checkout| attempts(checkout)).collect::<Vec<_>>())
    .bind::<Array<SqlUuid>, _>(events.orders)
    .bind::<Array<SqlUuid>, _>(events.ids)
    .bind::<Array<Text>, _>(events.kinds)
    .bind::<Array<Text>, _>(events.sources)
    .bind::<Array<Timestamptz>, _>(events.times)
    .bind::<Array<Jsonb>, _>(events.data)
    .bind::<Array<Timestamptz>, _>(changed.iter().map(|checkout| checkout.entered_at).collect::<Vec<_>>())
    .execute(conn)
    .await?;
    Ok(())
}

fn state(checkout: &Checkout) -> Value {
    serde_json::to_value(&checkout.saga).expect("a saga is plain data")
}

fn attempts(checkout: &Checkout) -> i32 {
    checkout.attempts.try_into().unwrap_or(i32::MAX)
}

/// The customer's bank has taken the money of this order back.
pub async fn order_charge_back(conn: &mut Connection, order: OrderId, now: Timestamp) -> QueryResult<()> {
    let charged_back =
        platform::sql("UPDATE orders SET charged_back_at = coalesce(charged_back_at, $2) WHERE id = $1");
    charged_back.bind::<SqlUuid, _>(order.0).bind::<Timestamptz, _>(now).execute(conn).await?;
    Ok(())
}
