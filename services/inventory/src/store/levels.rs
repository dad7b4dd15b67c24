//! What SKUs there are, whose they are, and what lies where: for those who look.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use kernel::{Region, Sku, UserId};
use platform::Connection;
use uuid::Uuid;

use super::parsed;
use super::schema::{skus, stock};
use crate::domain::{Level, Shelf};

/// Opens a SKU with nothing on its shelves; nothing where it is known.
pub async fn sku_open(sku: &Sku, seller: UserId, conn: &mut Connection) -> QueryResult<()> {
    diesel::insert_into(skus::table)
        .values((skus::sku.eq(sku.as_str()), skus::seller_id.eq(seller.0)))
        .on_conflict_do_nothing()
        .execute(conn)
        .await?;
    Ok(())
}

/// `None`: unknown, or another seller's.
pub async fn find_level(sku: &Sku, seller: UserId, conn: &mut Connection) -> QueryResult<Option<Level>> {
    let owned = skus::table.find(sku.as_str()).filter(skus::seller_id.eq(seller.0));
    let row: Option<LevelRow> = owned.select(LevelRow::as_select()).first(conn).await.optional()?;
    Ok(row.map(Level::from))
}

/// The same, and nobody else changes the SKU or a shelf of it until the caller's transaction ends.
pub async fn find_level_locked(
    sku: &Sku,
    seller: UserId,
    conn: &mut Connection,
) -> QueryResult<Option<Level>> {
    let owned = skus::table.find(sku.as_str()).filter(skus::seller_id.eq(seller.0));
    let row: Option<LevelRow> =
        owned.select(LevelRow::as_select()).for_no_key_update().first(conn).await.optional()?;
    Ok(row.map(Level::from))
}

/// The seller's SKUs after `after`, in their order; `low`: only those of which too few are left.
pub async fn levels_list(
    seller: UserId,
    low: bool,
    after: Option<&Sku>,
    limit: i64,
    conn: &mut Connection,
) -> QueryResult<Vec<Level>> {
    let mut query = skus::table.filter(skus::seller_id.eq(seller.0)).into_boxed();
    if low {
        query = query.filter((skus::on_hand - skus::reserved).lt(skus::low_threshold));
    }
    if let Some(after) = after {
        query = query.filter(skus::sku.gt(after.as_str()));
    }
    let rows: Vec<LevelRow> =
        query.select(LevelRow::as_select()).order(skus::sku).limit(limit).load(conn).await?;
    Ok(rows.into_iter().map(Level::from).collect())
}

/// What lies where, by SKU and region.
pub async fn shelves_list(of: &[&Sku], conn: &mut Connection) -> QueryResult<Vec<(Sku, Region, Shelf)>> {
    let of = of.iter().map(|sku| sku.as_str());
    let rows: Vec<(String, String, i64, i64)> =
        stock::table.filter(stock::sku.eq_any(of)).order((stock::sku, stock::region)).load(conn).await?;
    let shelf = |(sku, region, on_hand, reserved): (String, String, i64, i64)| {
        (parsed(sku), parsed(region), Shelf { on_hand, reserved })
    };
    Ok(rows.into_iter().map(shelf).collect())
}

/// The shelf of a SKU that the caller has locked; empty where nothing was ever put.
pub async fn shelf_fetch(sku: &Sku, region: &Region, conn: &mut Connection) -> QueryResult<Shelf> {
    let found: Option<(i64, i64)> = stock::table
        .find((sku.as_str(), region.as_str()))
        .select((stock::on_hand, stock::reserved))
        .first(conn)
        .await
        .optional()?;
    Ok(found.map_or_else(Shelf::default, |(on_hand, reserved)| Shelf { on_hand, reserved }))
}

/// Of a SKU that the caller has locked.
pub async fn threshold_save(sku: &Sku, threshold: i64, conn: &mut Connection) -> QueryResult<()> {
    diesel::update(skus::table.find(sku.as_str()))
        .set(skus::low_threshold.eq(threshold))
        .execute(conn)
        .await?;
    Ok(())
}

#[derive(Queryable, Selectable, QueryableByName)]
#[diesel(table_name = skus, check_for_backend(diesel::pg::Pg))]
pub(super) struct LevelRow {
    sku: String,
    seller_id: Uuid,
    on_hand: i64,
    reserved: i64,
    low_threshold: i64,
    version: i64,
}

impl From<LevelRow> for Level {
    fn from(row: LevelRow) -> Self {
        let LevelRow { sku, seller_id, on_hand, reserved, low_threshold, version } = row;
        let (sku, seller) = (parsed(sku), UserId(seller_id));
        Self { sku, seller, on_hand, reserved, threshold: low_threshold, version }
    }
}
