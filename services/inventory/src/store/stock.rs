//! Levels and their ledger. Every statement that changes a shelf also changes its SKU and writes its movement.

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use kernel::{OrderId, Region, ReturnId, Sku, Timestamp, UserId};
use platform::Connection;
use uuid::Uuid;

use super::{named, parsed};
use crate::domain::{Adjustment, Change, Level, Line, Movement, Part};

/// What a line found: how much could be had, and what was given from where, which is for all lines or for none.
#[derive(Debug)]
pub struct Attempt {
    pub line: Line,
    pub available: i64,
    pub parts: Vec<Part>,
    pub change: Option<Change>,
}

/// `held` is what each region gives, best first, where there is enough of every line:
///
/// 1. the preferred region, as much as it has;
/// 2. then regions that have all that is still missing of the SKU, first those that can say so of most lines, so
///    that where one region can send everything, it does;
/// 3. then the fullest, so that as few regions as possible send something.
///
/// `locked` waits for others and `shelves` then see what they left; both lock in the order of SKUs, so that two
/// orders with the same SKUs wait for each other instead of dying of a deadlock.
const RESERVE: &str = "
    WITH wanted AS (
        SELECT sku COLLATE \"C\" AS sku, pieces FROM unnest($1::text[], $2::bigint[]) AS w (sku, pieces)
    ), locked AS MATERIALIZED (
        SELECT sku FROM skus WHERE sku IN (SELECT sku FROM wanted) ORDER BY sku FOR NO KEY UPDATE
    ), shelves AS MATERIALIZED (
        SELECT sku, region, on_hand - reserved AS available, region = $3 IS TRUE AS preferred
        FROM stock WHERE sku IN (SELECT sku FROM locked)
        ORDER BY sku, region FOR NO KEY UPDATE
    ), lines AS MATERIALIZED (
        SELECT w.sku, w.pieces, coalesce(sum(s.available), 0)::bigint AS available,
               greatest(w.pieces - coalesce(sum(s.available) FILTER (WHERE s.preferred), 0), 0)::bigint AS missing
        FROM wanted AS w LEFT JOIN shelves AS s ON s.sku = w.sku GROUP BY w.sku, w.pieces
    ), ready AS (
        SELECT s.region, count(*) AS lines FROM shelves AS s JOIN lines AS l ON l.sku = s.sku
        WHERE l.missing > 0 AND s.available >= l.missing GROUP BY s.region
    ), ranked AS (
        SELECT s.sku, s.region, s.available, l.pieces, coalesce(sum(s.available) OVER (
                   PARTITION BY s.sku
                   ORDER BY s.preferred DESC,
                            CASE WHEN s.available >= l.missing THEN r.lines ELSE 0 END DESC NULLS LAST,
                            least(s.available, l.missing) DESC,
                            s.region
                   ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
               ), 0)::bigint AS before
        FROM shelves AS s JOIN lines AS l ON l.sku = s.sku LEFT JOIN ready AS r ON r.region = s.region
    ), held AS MATERIALIZED (
        SELECT sku, region, least(available, pieces - before) AS pieces FROM ranked
        WHERE available > 0 AND before < pieces AND NOT EXISTS (SELECT FROM lines WHERE available < pieces)
    ), on_shelves AS (
        UPDATE stock AS s SET reserved = s.reserved + h.pieces
        FROM held AS h WHERE s.sku = h.sku AND s.region = h.region
    ), changed AS (
        UPDATE skus AS k SET reserved = k.reserved + h.pieces, version = k.version + 1
        FROM (SELECT sku, sum(pieces)::bigint AS pieces FROM held GROUP BY sku) AS h WHERE k.sku = h.sku
        RETURNING k.*
    ), kept AS (
        INSERT INTO reservation_lines (order_id, sku, region, pieces, reserved)
        SELECT $4, sku, region, pieces, pieces FROM held
    ), ledger AS (
        INSERT INTO movements (at, sku, region, kind, on_hand_delta, reserved_delta, order_id)
        SELECT $5, sku, region, 'reserved', 0, pieces, $4 FROM held
    )
    SELECT l.sku, l.pieces, l.available, c.seller_id, c.on_hand, c.reserved, c.low_threshold, c.version,
           ARRAY(SELECT h.region FROM held AS h WHERE h.sku = l.sku ORDER BY h.region) AS regions,
           ARRAY(SELECT h.pieces FROM held AS h WHERE h.sku = l.sku ORDER BY h.region) AS parts
    FROM lines AS l LEFT JOIN changed AS c ON c.sku = l.sku ORDER BY l.sku";

/// Holds all lines or none, in one statement: the lock on a SKU that everyone wants is short.
///
/// `lines` name each SKU once. The answer has one attempt per line.
pub async fn stock_reserve(
    order: OrderId,
    lines: &[Line],
    preferred: Option<&Region>,
    now: Timestamp,
    conn: &mut Connection,
) -> QueryResult<Vec<Attempt>> {
    let (skus, pieces): (Vec<&str>, Vec<i64>) =
        lines.iter().map(|line| (line.sku.as_str(), line.pieces)).unzip();
    let rows: Vec<AttemptRow> = platform::sql(RESERVE)
        .bind::<Array<Text>, _>(skus)
        .bind::<Array<BigInt>, _>(pieces)
        .bind::<Nullable<Text>, _>(preferred.map(Region::as_str))
        .bind::<SqlUuid, _>(order.0)
        .bind::<Timestamptz, _>(now)
        .load(conn)
        .await?;
    Ok(rows.into_iter().map(Attempt::from).collect())
}

/// Moves the pieces of `lines`, which a statement names before this.
const MOVE: &str = "
    settled AS (
        UPDATE reservation_lines AS r
        SET reserved = r.reserved + $2 * l.pieces, committed = r.committed + greatest(-$1, 0) * l.pieces,
            returned = r.returned + greatest($1, 0) * l.pieces
        FROM lines AS l WHERE r.order_id = l.order_id AND r.sku = l.sku AND r.region = l.region
    ), locked AS MATERIALIZED (
        SELECT sku FROM skus WHERE sku IN (SELECT sku FROM lines) ORDER BY sku FOR NO KEY UPDATE
    ), by_sku AS (
        SELECT l.sku, sum(l.pieces)::bigint AS pieces FROM lines AS l JOIN locked USING (sku) GROUP BY l.sku
    ), by_shelf AS (
        SELECT l.sku, l.region, sum(l.pieces)::bigint AS pieces
        FROM lines AS l JOIN locked USING (sku) GROUP BY l.sku, l.region
    ), on_shelves AS (
        UPDATE stock AS s SET on_hand = s.on_hand + $1 * c.pieces, reserved = s.reserved + $2 * c.pieces
        FROM by_shelf AS c WHERE s.sku = c.sku AND s.region = c.region
    ), changed AS (
        UPDATE skus AS k
        SET on_hand = k.on_hand + $1 * c.pieces, reserved = k.reserved + $2 * c.pieces, version = k.version + 1
        FROM by_sku AS c WHERE k.sku = c.sku
        RETURNING k.*, k.on_hand - k.reserved - ($1 - $2) * c.pieces AS available_before
    ), ledger AS (
        INSERT INTO movements (at, sku, region, kind, on_hand_delta, reserved_delta, order_id, return_id)
        SELECT $4, sku, region, $3, $1 * pieces, $2 * pieces, order_id, $5 FROM lines
    )
    SELECT * FROM changed ORDER BY sku";

/// Moves all that the orders, whose reservations the caller has locked, have to move in this way: what has been
/// returned does not come back a second time. The answer has one change per SKU.
pub async fn stock_move(
    orders: &[OrderId],
    movement: Movement,
    now: Timestamp,
    conn: &mut Connection,
) -> QueryResult<Vec<Change>> {
    let (on_hand, reserved) = movement.signs();
    let orders: Vec<Uuid> = orders.iter().map(|order| order.0).collect();
    let rows: Vec<ChangeRow> = platform::sql(format!(
        "WITH lines AS MATERIALIZED (
             SELECT order_id, sku, region, pieces FROM (
                 SELECT order_id, sku, region, CASE WHEN $1 > 0 THEN committed - returned ELSE pieces END AS pieces
                 FROM reservation_lines WHERE order_id = ANY($6)
             ) AS own WHERE pieces > 0
         ), {MOVE}"
    ))
    .bind::<BigInt, _>(on_hand)
    .bind::<BigInt, _>(reserved)
    .bind::<Text, _>(movement.name())
    .bind::<Timestamptz, _>(now)
    .bind::<Nullable<SqlUuid>, _>(None::<Uuid>)
    .bind::<Array<SqlUuid>, _>(orders)
    .load(conn)
    .await?;
    Ok(rows.into_iter().map(Change::from).collect())
}

/// Puts parts of what an order got, whose reservation the caller has locked, back onto their shelves.
pub async fn stock_return(
    order: OrderId,
    id: ReturnId,
    parts: &[Part],
    now: Timestamp,
    conn: &mut Connection,
) -> QueryResult<Vec<Change>> {
    let movement = Movement::Returned;
    let (on_hand, reserved) = movement.signs();
    let skus: Vec<&str> = parts.iter().map(|part| part.sku.as_str()).collect();
    let regions: Vec<&str> = parts.iter().map(|part| part.region.as_str()).collect();
    let pieces: Vec<i64> = parts.iter().map(|part| part.pieces).collect();
    let rows: Vec<ChangeRow> = platform::sql(format!(
        "WITH lines AS MATERIALIZED (
             SELECT $6 AS order_id, sku COLLATE \"C\" AS sku, region COLLATE \"C\" AS region, pieces
             FROM unnest($7::text[], $8::text[], $9::bigint[]) AS l (sku, region, pieces)
         ), {MOVE}"
    ))
    .bind::<BigInt, _>(on_hand)
    .bind::<BigInt, _>(reserved)
    .bind::<Text, _>(movement.name())
    .bind::<Timestamptz, _>(now)
    .bind::<Nullable<SqlUuid>, _>(Some(id.0))
    .bind::<SqlUuid, _>(order.0)
    .bind::<Array<Text>, _>(skus)
    .bind::<Array<Text>, _>(regions)
    .bind::<Array<BigInt>, _>(pieces)
    .load(conn)
    .await?;
    Ok(rows.into_iter().map(Change::from).collect())
}

/// Puts `on_hand` pieces, `delta` more than before, onto a shelf of a SKU that the caller has locked.
pub async fn stock_adjust(
    adjustment: &Adjustment,
    on_hand: i64,
    delta: i64,
    now: Timestamp,
    conn: &mut Connection,
) -> QueryResult<Change> {
    let Adjustment { sku, region, reason, note, actor, .. } = adjustment;
    let row: ChangeRow = platform::sql(
        "WITH shelf AS (
             INSERT INTO stock (sku, region, on_hand) VALUES ($1, $2, $3)
             ON CONFLICT (sku, region) DO UPDATE SET on_hand = excluded.on_hand
         ), ledger AS (
             INSERT INTO movements (at, sku, region, kind, on_hand_delta, reserved_delta, reason, note, actor)
             VALUES ($5, $1, $2, 'adjusted', $4, 0, $6, $7, $8)
         )
         UPDATE skus SET on_hand = on_hand + $4, version = version + 1 WHERE sku = $1
         RETURNING *, on_hand - reserved - $4 AS available_before",
    )
    .bind::<Text, _>(sku.as_str())
    .bind::<Text, _>(region.as_str())
    .bind::<BigInt, _>(on_hand)
    .bind::<BigInt, _>(delta)
    .bind::<Timestamptz, _>(now)
    .bind::<Text, _>(named(reason))
    .bind::<Nullable<Text>, _>(note.as_deref())
    .bind::<Text, _>(actor.to_string())
    .get_result(conn)
    .await?;
    Ok(row.into())
}

#[derive(QueryableByName)]
struct ChangeRow {
    #[diesel(embed)]
    level: super::levels::LevelRow,
    #[diesel(sql_type = BigInt)]
    available_before: i64,
}

impl From<ChangeRow> for Change {
    fn from(row: ChangeRow) -> Self {
        let level = Level::from(row.level);
        Self { threshold_before: level.threshold, available_before: row.available_before, level }
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
    #[diesel(sql_type = Nullable<SqlUuid>)]
    seller_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<BigInt>)]
    on_hand: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    reserved: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    low_threshold: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    version: Option<i64>,
    #[diesel(sql_type = Array<Text>)]
    regions: Vec<String>,
    #[diesel(sql_type = Array<BigInt>)]
    parts: Vec<i64>,
}

impl From<AttemptRow> for Attempt {
    fn from(row: AttemptRow) -> Self {
        let sku: Sku = parsed(row.sku);
        let part = |(region, pieces)| Part { sku: sku.clone(), region: parsed(region), pieces };
        let parts = row.regions.into_iter().zip(row.parts).map(part).collect();
        let columns = (row.seller_id, row.on_hand, row.reserved, row.low_threshold, row.version);
        let change = match columns {
            (Some(seller), Some(on_hand), Some(reserved), Some(threshold), Some(version)) => {
                let seller = UserId(seller);
                let level = Level { sku: sku.clone(), seller, on_hand, reserved, threshold, version };
                let available_before = level.available() + row.pieces;
                Some(Change { level, threshold_before: threshold, available_before })
            }
            _ => None,
        };
        Self { line: Line { sku, pieces: row.pieces }, available: row.available, parts, change }
    }
}
