//! Products, read together with what can be bought of them.

use contracts::api::catalog::ProductView;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use kernel::{Currency, Money, ProductId, Sku, Timestamp, UserId};
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
            products::on_sale.eq(product.on_sale),
            products::version.eq(product.version),
            products::published_at.eq(product.published_at),
        ))
        .on_conflict(products::sku)
        .do_nothing()
        .execute(conn)
        .await?;
    Ok(inserted == 1)
}

/// The seller's own product; nobody else changes it before the transaction ends.
pub async fn find_product_locked(
    id: ProductId,
    seller: UserId,
    conn: &mut Connection,
) -> QueryResult<Option<Product>> {
    let row: Option<Stored> = products::table
        .find(id.0)
        .filter(products::seller_id.eq(seller.0))
        .select(Stored::as_select())
        .for_no_key_update()
        .first(conn)
        .await
        .optional()?;
    Ok(row.map(Product::from))
}

/// What a seller may change, with the version that it has from then on.
pub async fn product_update(product: &Product, conn: &mut Connection) -> QueryResult<()> {
    diesel::update(products::table.find(product.id.0))
        .set((
            products::name.eq(&product.name),
            products::description.eq(&product.description),
            products::price_minor.eq(product.price.amount_minor),
            products::currency.eq(product.price.currency.code()),
            products::on_sale.eq(product.on_sale),
            products::version.eq(product.version),
        ))
        .execute(conn)
        .await?;
    Ok(())
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

/// What is on sale, newest first, those older than `after`.
pub async fn products_list(
    after: Option<ProductId>,
    limit: i64,
    conn: &mut Connection,
) -> QueryResult<Vec<ProductView>> {
    let mut query = products::table
        .left_join(availability::table.on(availability::sku.eq(products::sku)))
        .filter(products::on_sale)
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
struct Stored {
    id: Uuid,
    sku: String,
    seller_id: Uuid,
    name: String,
    description: String,
    price_minor: i64,
    currency: String,
    on_sale: bool,
    version: i64,
    published_at: Timestamp,
}

impl From<Stored> for Product {
    fn from(row: Stored) -> Self {
        let currency: Currency = row.currency.parse().expect("only known currencies are stored");
        Self {
            id: ProductId(row.id),
            sku: Sku::parse(&row.sku).expect("only parsed SKUs are stored"),
            seller_id: UserId(row.seller_id),
            name: row.name,
            description: row.description,
            price: Money::new(row.price_minor, currency),
            on_sale: row.on_sale,
            version: row.version,
            published_at: row.published_at,
        }
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = products, check_for_backend(diesel::pg::Pg))]
struct Row {
    #[diesel(embed)]
    product: Stored,
    #[diesel(select_expression = availability::available.nullable())]
    available: Option<i64>,
}

impl From<Row> for ProductView {
    fn from(row: Row) -> Self {
        Product::from(row.product).view(row.available.unwrap_or(0))
    }
}
