//! Levels and their ledger. Every statement that changes a level also writes its movement.

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use kernel::{OrderId, Sku, Timestamp, UserId};
use platform::Connection;
use uuid::Uuid;

use super::schema::stock;
use crate::domain::{Level, Line, Movement};

/// Opens an empty row for a SKU; nothing where it has one.
pub async fn stock_open(sku: &Sku, seller: UserId, conn: &mut Connection) -> QueryResult<()> {
    diesel::insert_into(stock::table)
        .values((stock::sku.eq(sku.as_str()), stock::seller_id.eq(seller.0)))
        .on_conflict_do_nothing()
        .execute(conn)
        .await?;
    Ok(())
}

/// `None`: unknown, or another seller's.
pub async fn find_stock(sku: &Sku, seller: UserId, conn: &mut Connection) -> QueryResult<Option<Level>> {
    let row: Option<Row> = stock::table
        .find(sku.as_str())
        .filter(stock::seller_id.eq(seller.0))
        .select(Row::as_select())
        .first(conn)
        .await
        .optional()?;
    Ok(row.map(Level::from))
}

/// The same, and nobody else changes it until the caller's transaction ends.
pub async fn find_stock_locked(
    sku: &Sku,
    seller: UserId,
    conn: &mut Connection,
) -> QueryResult<Option<Level>> {
    let row: Option<Row> = stock::table
        .find(sku.as_str())
        .filter(stock::seller_id.eq(seller.0))
        .select(Row::as_select())
        .for_no_key_update()
        .first(conn)
        .await
        .optional()?;
    Ok(row.map(Level::from))
}

/// Changes `on_hand` of a row that the caller has locked.
pub async fn stock_adjust(
    sku: &Sku,
    delta: i64,
    actor: UserId,
    now: Timestamp,
    conn: &mut Connection,
) -> QueryResult<Level> {
    let row: Row = diesel::sql_query(
        "WITH moved AS (
             UPDATE stock SET on_hand = on_hand + $2, version = version + 1 WHERE sku = $1
             RETURNING sku, on_hand, reserved, version
         ), ledger AS (
             INSERT INTO movements (sku, kind, on_hand_delta, reserved_delta, actor, at)
             SELECT sku, 'adjusted', $2, 0, $3, $4 FROM moved
         )
         SELECT * FROM moved",
    )
    .bind::<Text, _>(sku.as_str())
    .bind::<BigInt, _>(delta)
    .bind::<SqlUuid, _>(actor.0)
    .bind::<Timestamptz, _>(now)
    .get_result(conn)
    .await?;
    Ok(row.into())
}

/// What a line found: how much could be had, and the level after it was held, which it is for all lines or for none.
#[derive(Debug)]
pub struct Attempt {
    pub line: Line,
    pub available: i64,
    pub level: Option<Level>,
}

/// Holds all lines or none, in one statement: the lock on a SKU that everyone wants is short.
///
/// `lines` name each SKU once. The answer has one attempt per line.
pub async fn stock_reserve(
    order: OrderId,
    lines: &[Line],
    now: Timestamp,
    conn: &mut Connection,
) -> QueryResult<Vec<Attempt>> {
    let (skus, pieces): (Vec<&str>, Vec<i64>) =
        lines.iter().map(|line| (line.sku.as_str(), line.pieces)).unzip();
    // `locked` waits for others and then sees what they left; it locks in the order of SKUs, so that two orders
    // with the same SKUs wait for each other instead of dying of a deadlock.
    let rows: Vec<AttemptRow> = diesel::sql_query(
        "WITH wanted AS (
             SELECT sku COLLATE \"C\" AS sku, pieces FROM unnest($1::text[], $2::bigint[]) AS w (sku, pieces)
         ), locked AS MATERIALIZED (
             SELECT sku, on_hand - reserved AS available FROM stock WHERE sku IN (SELECT sku FROM wanted)
             ORDER BY sku FOR NO KEY UPDATE
         ), compared AS MATERIALIZED (
             SELECT w.sku, w.pieces, coalesce(l.available, 0) AS available
             FROM wanted AS w LEFT JOIN locked AS l ON l.sku = w.sku
         ), held AS (
             UPDATE stock AS s SET reserved = s.reserved + c.pieces, version = s.version + 1
             FROM compared AS c
             WHERE s.sku = c.sku AND NOT EXISTS (SELECT FROM compared WHERE available < pieces)
             RETURNING s.sku, s.on_hand, s.reserved, s.version, c.pieces
         ), lines AS (
             INSERT INTO reservation_lines (order_id, sku, pieces) SELECT $3, sku, pieces FROM held
         ), ledger AS (
             INSERT INTO movements (sku, kind, on_hand_delta, reserved_delta, order_id, at)
             SELECT sku, 'reserved', 0, pieces, $3, $4 FROM held
         )
         SELECT c.sku, c.pieces, c.available, h.on_hand, h.reserved, h.version
         FROM compared AS c LEFT JOIN held AS h ON h.sku = c.sku ORDER BY c.sku",
    )
    .bind::<Array<Text>, _>(skus)
    .bind::<Array<BigInt>, _>(pieces)
    .bind::<SqlUuid, _>(order.0)
    .bind::<Timestamptz, _>(now)
    .load(conn)
    .await?;
    Ok(rows.into_iter().map(Attempt::from).collect())
}

/// Moves all lines of the orders, which have not moved in this way before. The answer has one level per SKU.
pub async fn stock_move(
    orders: &[OrderId],
    movement: Movement,
    now: Timestamp,
    conn: &mut Connection,
) -> QueryResult<Vec<Level>> {
    let orders: Vec<Uuid> = orders.iter().map(|order| order.0).collect();
    let (on_hand, reserved) = movement.signs();
    let rows: Vec<Row> = diesel::sql_query(
        "WITH lines AS (
             SELECT order_id, sku, pieces FROM reservation_lines WHERE order_id = ANY($1)
         ), change AS (
             SELECT sku, sum(pieces)::bigint AS pieces FROM lines GROUP BY sku
         ), locked AS MATERIALIZED (
             SELECT sku FROM stock WHERE sku IN (SELECT sku FROM change) ORDER BY sku FOR NO KEY UPDATE
         ), moved AS (
             UPDATE stock AS s
             SET on_hand = s.on_hand + $2 * c.pieces, reserved = s.reserved + $3 * c.pieces, version = s.version + 1
             FROM change AS c JOIN locked AS l ON l.sku = c.sku
             WHERE s.sku = c.sku
             RETURNING s.sku, s.on_hand, s.reserved, s.version
         ), ledger AS (
             INSERT INTO movements (sku, kind, on_hand_delta, reserved_delta, order_id, at)
             SELECT sku, $4, $2 * pieces, $3 * pieces, order_id, $5 FROM lines
         )
         SELECT * FROM moved ORDER BY sku",
    )
    .bind::<Array<SqlUuid>, _>(orders)
    .bind::<BigInt, _>(on_hand)
    .bind::<BigInt, _>(reserved)
    .bind::<Text, _>(movement.name())
    .bind::<Timestamptz, _>(now)
    .load(conn)
    .await?;
    Ok(rows.into_iter().map(Level::from).collect())
}

#[derive(Queryable, Selectable, QueryableByName)]
#[diesel(table_name = stock, check_for_backend(diesel::pg::Pg))]
struct Row {
    sku: String,
    on_hand: i64,
    reserved: i64,
    version: i64,
}

impl From<Row> for Level {
    fn from(row: Row) -> Self {
        Self { sku: parsed(&row.sku), on_hand: row.on_hand, reserved: row.reserved, version: row.version }
    }
}

#[derive(QueryableByName)]
struct AttemptRow {
    #[diesel(sql_type = Text)]
    sku: String,
    #[diesel(sql_type = BigInt)]
    pieces: i64,
    #[diesel(sql_type = BigInt)]
    available: i64,
    #[diesel(sql_type = Nullable<BigInt>)]
    on_hand: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    reserved: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    version: Option<i64>,
}

impl From<AttemptRow> for Attempt {
    fn from(row: AttemptRow) -> Self {
        let sku = parsed(&row.sku);
        let level = match (row.on_hand, row.reserved, row.version) {
            (Some(on_hand), Some(reserved), Some(version)) => {
                Some(Level { sku: sku.clone(), on_hand, reserved, version })
            }
            _ => None,
        };
        Self { line: Line { sku, pieces: row.pieces }, available: row.available, level }
    }
}

fn parsed(sku: &str) -> Sku {
    Sku::parse(sku).expect("only parsed SKUs are stored")
}
