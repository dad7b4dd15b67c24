//! The ledger as others read it: by SKU, and whether it adds up to the levels.

use contracts::api::inventory::MovementView;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Nullable, Text};
use diesel_async::RunQueryDsl;
use kernel::{OrderId, ReturnId, Sku, Timestamp};
use platform::Connection;
use uuid::Uuid;

use super::schema::{movements, skus};
use super::{parsed, variant};
use crate::domain::{Cursor, Difference};

/// The newest movements of a SKU that are older than `after`.
pub async fn movements_list(
    sku: &Sku,
    after: Option<Cursor>,
    limit: i64,
    conn: &mut Connection,
) -> QueryResult<Vec<MovementView>> {
    use movements::{at, id};
    let mut query = movements::table.filter(movements::sku.eq(sku.as_str())).into_boxed();
    if let Some(Cursor { at: last_at, id: last }) = after {
        // The first condition says nothing new; it lets the months after `last_at` go unread.
        query = query.filter(at.le(last_at)).filter(at.lt(last_at).or(id.lt(last)));
    }
    let rows: Vec<EntryRow> =
        query.select(EntryRow::as_select()).order((at.desc(), id.desc())).limit(limit).load(conn).await?;
    Ok(rows.into_iter().map(MovementView::from).collect())
}

/// The next SKUs after `after`, in their order.
pub async fn skus_list(after: &str, limit: i64, conn: &mut Connection) -> QueryResult<Vec<String>> {
    skus::table.filter(skus::sku.gt(after)).select(skus::sku).order(skus::sku).limit(limit).load(conn).await
}

/// Where the ledger does not add up to the shelves of these SKUs, or the shelves not to the SKU.
///
/// One statement sees one moment, so a movement that is on its way is in both or in neither.
pub async fn differences_list(of: &[String], conn: &mut Connection) -> QueryResult<Vec<Difference>> {
    let rows: Vec<DifferenceRow> = platform::sql(
        "WITH written AS (
             SELECT sku, region, sum(on_hand_delta)::bigint AS on_hand, sum(reserved_delta)::bigint AS reserved
             FROM movements WHERE sku = ANY($1) GROUP BY sku, region
         ), shelves AS (
             SELECT sku, region, on_hand, reserved FROM stock WHERE sku = ANY($1)
         ), compared AS (
             SELECT sku, region, s.on_hand, s.reserved, w.on_hand AS sum_on_hand, w.reserved AS sum_reserved
             FROM shelves AS s FULL JOIN written AS w USING (sku, region)
             UNION ALL
             SELECT k.sku, NULL, k.on_hand, k.reserved, sum(s.on_hand)::bigint, sum(s.reserved)::bigint
             FROM skus AS k LEFT JOIN shelves AS s USING (sku)
             WHERE k.sku = ANY($1) GROUP BY k.sku, k.on_hand, k.reserved
         ), filled AS (
             SELECT sku, region, coalesce(on_hand, 0) AS on_hand, coalesce(reserved, 0) AS reserved,
                    coalesce(sum_on_hand, 0) AS sum_on_hand, coalesce(sum_reserved, 0) AS sum_reserved
             FROM compared
         )
         SELECT * FROM filled WHERE (on_hand, reserved) <> (sum_on_hand, sum_reserved)
         ORDER BY sku, region NULLS FIRST",
    )
    .bind::<Array<Text>, _>(of)
    .load(conn)
    .await?;
    Ok(rows.into_iter().map(Difference::from).collect())
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = movements, check_for_backend(diesel::pg::Pg))]
struct EntryRow {
    id: i64,
    at: Timestamp,
    region: String,
    kind: String,
    on_hand_delta: i64,
    reserved_delta: i64,
    reason: Option<String>,
    note: Option<String>,
    actor: Option<String>,
    order_id: Option<Uuid>,
    return_id: Option<Uuid>,
}

impl From<EntryRow> for MovementView {
    fn from(row: EntryRow) -> Self {
        Self {
            id: Cursor { at: row.at, id: row.id }.to_string(),
            at: row.at,
            region: parsed(row.region),
            kind: variant(row.kind),
            on_hand: row.on_hand_delta,
            reserved: row.reserved_delta,
            reason: row.reason.map(variant),
            note: row.note,
            actor: row.actor,
            order_id: row.order_id.map(OrderId),
            return_id: row.return_id.map(ReturnId),
        }
    }
}

#[derive(QueryableByName)]
struct DifferenceRow {
    #[diesel(sql_type = Text)]
    sku: String,
    #[diesel(sql_type = Nullable<Text>)]
    region: Option<String>,
    #[diesel(sql_type = BigInt)]
    on_hand: i64,
    #[diesel(sql_type = BigInt)]
    reserved: i64,
    #[diesel(sql_type = BigInt)]
    sum_on_hand: i64,
    #[diesel(sql_type = BigInt)]
    sum_reserved: i64,
}

impl From<DifferenceRow> for Difference {
    fn from(row: DifferenceRow) -> Self {
        Self {
            sku: parsed(row.sku),
            region: row.region.map(parsed),
            on_hand: row.on_hand,
            reserved: row.reserved,
            sum_on_hand: row.sum_on_hand,
            sum_reserved: row.sum_reserved,
        }
    }
}
