//! A seller looks at what is theirs.

use contracts::api::inventory::{MovementView, RegionStock, StockView};
use diesel::QueryResult;
use kernel::{Region, Sku, UserId};
use platform::{Connection, Database, StoreError};

use crate::domain::{Cursor, Level, Shelf};
use crate::store::{ledger, levels};

/// `None`: unknown, or another seller's.
pub async fn view_stock(
    database: &Database,
    sku: &Sku,
    seller: UserId,
) -> Result<Option<StockView>, StoreError> {
    let mut conn = database.connect().await?;
    let Some(level) = levels::find_level(sku, seller, &mut conn).await? else { return Ok(None) };
    Ok(Some(view(level, &mut conn).await?))
}

/// A page of the seller's SKUs; `low`: only those of which too few are left.
pub async fn list_stock(
    database: &Database,
    seller: UserId,
    low: bool,
    after: Option<&Sku>,
    limit: i64,
) -> Result<Vec<StockView>, StoreError> {
    let mut conn = database.read().await?;
    let levels = levels::levels_list(seller, low, after, limit, &mut conn).await?;
    let skus: Vec<&Sku> = levels.iter().map(|level| &level.sku).collect();
    let shelves = levels::shelves_list(&skus, &mut conn).await?;
    Ok(levels.iter().map(|level| with_shelves(level, &shelves)).collect())
}

/// A page of the ledger of a SKU, newest first; `None`: unknown, or another seller's.
pub async fn list_movements(
    database: &Database,
    sku: &Sku,
    seller: UserId,
    after: Option<Cursor>,
    limit: i64,
) -> Result<Option<Vec<MovementView>>, StoreError> {
    let mut conn = database.read().await?;
    if levels::find_level(sku, seller, &mut conn).await?.is_none() {
        return Ok(None);
    }
    Ok(Some(ledger::movements_list(sku, after, limit, &mut conn).await?))
}

/// With what lies in which region.
pub async fn view(level: Level, conn: &mut Connection) -> QueryResult<StockView> {
    let shelves = levels::shelves_list(&[&level.sku], conn).await?;
    Ok(with_shelves(&level, &shelves))
}

fn with_shelves(level: &Level, shelves: &[(Sku, Region, Shelf)]) -> StockView {
    StockView {
        sku: level.sku.clone(),
        on_hand: level.on_hand,
        reserved: level.reserved,
        available: level.available(),
        threshold: level.threshold,
        low: level.is_low(),
        regions: shelves.iter().filter(|(sku, ..)| *sku == level.sku).map(region).collect(),
    }
}

fn region((_, region, shelf): &(Sku, Region, Shelf)) -> RegionStock {
    RegionStock {
        region: region.clone(),
        on_hand: shelf.on_hand,
        reserved: shelf.reserved,
        available: shelf.available(),
    }
}
