//! A product is on sale: its SKU has shelves, empty ones, that its seller may fill.

use contracts::messages::catalog::ProductPublished;
use diesel::QueryResult;
use platform::Connection;

use crate::store::levels;

/// Catalog gives a SKU away once, so a second message about it changes nothing.
pub async fn open_stock(product: &ProductPublished, conn: &mut Connection) -> QueryResult<()> {
    levels::sku_open(&product.sku, product.seller_id, conn).await
}
