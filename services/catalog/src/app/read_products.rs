//! The public reads: one statement each, no transaction.

use contracts::api::catalog::ProductView;
use kernel::ProductId;
use platform::{Database, StoreError};

use crate::store::products;

pub async fn find_product(database: &Database, id: ProductId) -> Result<Option<ProductView>, StoreError> {
    let mut conn = database.connect().await?;
    Ok(products::find_product(id, &mut conn).await?)
}

/// Newest first, those older than `after`.
pub async fn list_products(
    database: &Database,
    after: Option<ProductId>,
    limit: i64,
) -> Result<Vec<ProductView>, StoreError> {
    let mut conn = database.connect().await?;
    Ok(products::products_list(after, limit, &mut conn).await?)
}
