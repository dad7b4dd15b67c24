//! Products, read together with what can be bought of them.

use contracts::api::catalog::ProductView;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use kernel::{Currency, Money, ProductId, Sku, UserId};
use platform::Connection;
use uuid::Uuid;

use super::schema::{availability, products};
use crate::domain::Product;

/// False: the SKU is another product's.
pub async fn product_insert(product: &Product, conn: &mut Connection) -> QueryResult<bool> {
    let inserted = diesel::insert_into(products::table)
        .values((
            products::id.eq(product.id.0),
            products::sku.eq(product.sku.as_str()),
            products::seller_id.eq(product.seller_id.0),
            products::name.eq(&product.name),
            products::description.eq(&product.description),
            products::price_minor.eq(product.price.amount_minor),
            products::currency.eq(product.price.currency.code()),
            products::published_at.eq(product.published_at),
        ))
        .on_conflict(products::sku)
        .do_nothing()
        .execute(conn)
        .await?;
    Ok(inserted == 1)
}

/// With 0 available where nothing is known (yet).
pub async fn find_product(id: ProductId, conn: &mut Connection) -> QueryResult<Option<ProductView>> {
    let row: Option<Row> = products::table
        .left_join(availability::table.on(availability::sku.eq(products::sku)))
        .filter(products::id.eq(id.0))
        .select(Row::as_select())
        .first(conn)
        .await
        .optional()?;
    Ok(row.map(ProductView::from))
}

/// Newest first, those older than `after`.
pub async fn products_list(
    after: Option<ProductId>,
    limit: i64,
    conn: &mut Connection,
) -> QueryResult<Vec<ProductView>> {
    let mut query = products::table
        .left_join(availability::table.on(availability::sku.eq(products::sku)))
        .select(Row::as_select())
        // Ids are UUIDv7: their order is the order of publishing.
        .order(products::id.desc())
        .limit(limit)
        .into_boxed();
    if let Some(after) = after {
        query = query.filter(products::id.lt(after.0));
    }
    let rows: Vec<Row> = query.load(conn).await?;
    Ok(rows.into_iter().map(ProductView::from).collect())
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = products, check_for_backend(diesel::pg::Pg))]
struct Row {
    id: Uuid,
    sku: String,
    seller_id: Uuid,
    name: String,
    description: String,
    price_minor: i64,
    currency: String,
    #[diesel(select_expression = availability::available.nullable())]
    available: Option<i64>,
}

impl From<Row> for ProductView {
    fn from(row: Row) -> Self {
        let currency: Currency = row.currency.parse().expect("only known currencies are stored");
        Self {
            id: ProductId(row.id),
            sku: Sku::parse(&row.sku).expect("only parsed SKUs are stored"),
            seller_id: UserId(row.seller_id),
            name: row.name,
            description: row.description,
            price: Money::new(row.price_minor, currency),
            available: row.available.unwrap_or(0),
        }
    }
}
