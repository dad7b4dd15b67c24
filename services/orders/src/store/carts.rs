//! Carts and what is in them. The cart's row is the lock: whoever changes its lines holds it.

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use kernel::{CartId, Money, OrderId, Quantity, Sku, Timestamp, UserId};
use platform::Connection;
use uuid::Uuid;

use super::unreadable;
use crate::domain::cart::CartLine;
use crate::domain::line::Line;
use crate::domain::shopper::{Shopper, TokenHash};
use crate::schema::carts;

/// A cart without its lines.
#[derive(Queryable, Selectable)]
#[diesel(table_name = carts, check_for_backend(diesel::pg::Pg))]
pub struct CartRow {
    id: Uuid,
    customer_id: Option<Uuid>,
    token_hash: Option<Vec<u8>>,
    pub version: i64,
    frozen_by: Option<Uuid>,
    merged_into: Option<Uuid>,
}

impl CartRow {
    pub fn id(&self) -> CartId {
        CartId(self.id)
    }

    pub fn is_frozen(&self) -> bool {
        self.frozen_by.is_some()
    }

    /// Where the things in it are now.
    pub fn merged_into(&self) -> Option<CartId> {
        self.merged_into.map(CartId)
    }

    pub fn belongs_to(&self, shopper: &Shopper) -> bool {
        match shopper {
            Shopper::Customer(customer) => self.customer_id == Some(customer.0),
            Shopper::Guest(token) => self.token_hash.as_ref().is_some_and(|hash| token.opens(hash)),
        }
    }
}

/// Whose a new cart is.
pub enum Owner {
    Customer(UserId),
    Guest(TokenHash),
}

pub async fn cart_insert(
    conn: &mut Connection,
    cart: CartId,
    owner: Owner,
    now: Timestamp,
) -> QueryResult<()> {
    let (customer, hash) = match owner {
        Owner::Customer(customer) => (Some(customer.0), None),
        Owner::Guest(hash) => (None, Some(hash.to_vec())),
    };
    diesel::insert_into(carts::table)
        .values((
            carts::id.eq(cart.0),
            carts::customer_id.eq(customer),
            carts::token_hash.eq(hash),
            carts::version.eq(1),
            carts::created_at.eq(now),
            carts::changed_at.eq(now),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

pub async fn find_cart(conn: &mut Connection, cart: CartId) -> QueryResult<Option<CartRow>> {
    carts::table.find(cart.0).select(CartRow::as_select()).first(conn).await.optional()
}

/// The same, and nobody else changes or freezes the cart before the transaction ends.
pub async fn find_cart_locked(conn: &mut Connection, cart: CartId) -> QueryResult<Option<CartRow>> {
    let row = carts::table.find(cart.0).select(CartRow::as_select());
    row.for_no_key_update().first(conn).await.optional()
}

/// The customer's newest cart that is no order.
pub async fn find_open_cart(conn: &mut Connection, customer: UserId) -> QueryResult<Option<CartRow>> {
    carts::table
        .filter(carts::customer_id.eq(customer.0))
        .filter(carts::frozen_by.is_null())
        .order(carts::id.desc())
        .select(CartRow::as_select())
        .first(conn)
        .await
        .optional()
}

/// The same, locked; and no other merge of this customer's finds or makes one before the transaction ends.
pub async fn find_open_cart_locked(conn: &mut Connection, customer: UserId) -> QueryResult<Option<CartRow>> {
    // A statement of its own: the one that waits can't see what was made meanwhile.
    platform::sql("SELECT pg_advisory_xact_lock(hashtextextended('merge ' || $1::text, 0))")
        .bind::<SqlUuid, _>(customer.0)
        .execute(conn)
        .await?;
    carts::table
        .filter(carts::customer_id.eq(customer.0))
        .filter(carts::frozen_by.is_null())
        .order(carts::id.desc())
        .select(CartRow::as_select())
        .for_no_key_update()
        .first(conn)
        .await
        .optional()
}

/// Makes the customer's cart the order's; false: it is not theirs, or frozen already. Waits for whoever changes it.
pub async fn cart_freeze(
    conn: &mut Connection,
    cart: CartId,
    customer: UserId,
    order: OrderId,
) -> QueryResult<bool> {
    let mine = carts::table.find(cart.0).filter(carts::customer_id.eq(customer.0));
    let frozen = diesel::update(mine.filter(carts::frozen_by.is_null()))
        .set((carts::frozen_by.eq(order.0), carts::version.eq(carts::version + 1)))
        .execute(conn)
        .await?;
    Ok(frozen == 1)
}

#[derive(QueryableByName)]
struct LineRow {
    #[diesel(sql_type = Text)]
    sku: String,
    #[diesel(sql_type = Integer)]
    quantity: i32,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = BigInt)]
    unit_price_minor: i64,
    #[diesel(sql_type = Text)]
    currency: String,
    #[diesel(sql_type = BigInt)]
    seen_price_minor: i64,
    #[diesel(sql_type = Text)]
    seen_currency: String,
    #[diesel(sql_type = Bool)]
    on_sale: bool,
    #[diesel(sql_type = Nullable<BigInt>)]
    available: Option<i64>,
}

impl LineRow {
    fn line(self) -> QueryResult<CartLine> {
        let line = Line {
            sku: Sku::parse(&self.sku).map_err(unreadable)?,
            name: self.name,
            quantity: Quantity::new(self.quantity.into()).map_err(unreadable)?,
            unit_price: Money::new(self.unit_price_minor, self.currency.parse().map_err(unreadable)?),
        };
        let seen_price = Money::new(self.seen_price_minor, self.seen_currency.parse().map_err(unreadable)?);
        Ok(CartLine { line, seen_price, on_sale: self.on_sale, available: self.available })
    }
}

/// With today's names and prices.
pub async fn cart_lines(conn: &mut Connection, cart: CartId) -> QueryResult<Vec<CartLine>> {
    let rows: Vec<LineRow> = platform::sql(
        "SELECT sku, i.quantity, p.name, p.unit_price_minor, p.currency, i.seen_price_minor, i.seen_currency,
                p.on_sale, a.available
           FROM cart_items i JOIN products p USING (sku) LEFT JOIN availability a USING (sku)
          WHERE i.cart_id = $1 ORDER BY i.position",
    )
    .bind::<SqlUuid, _>(cart.0)
    .load(conn)
    .await?;
    rows.into_iter().map(LineRow::line).collect()
}

/// So many pieces of a product on sale, at today's price, which the shopper thereby sees.
pub async fn find_new_line(
    conn: &mut Connection,
    sku: &Sku,
    quantity: Quantity,
) -> QueryResult<Option<CartLine>> {
    let found = platform::sql(
        "SELECT sku, $2 AS quantity, name, unit_price_minor, currency, unit_price_minor AS seen_price_minor,
                currency AS seen_currency, on_sale, available
           FROM products LEFT JOIN availability USING (sku) WHERE sku = $1 AND on_sale",
    )
    .bind::<Text, _>(sku.as_str())
    .bind::<Integer, _>(quantity.get());
    found.get_result::<LineRow>(conn).await.optional()?.map(LineRow::line).transpose()
}

/// Adds these lines or replaces those of the same SKU: the cart's next version.
pub async fn cart_lines_upsert<'a>(
    conn: &mut Connection,
    cart: CartId,
    lines: impl IntoIterator<Item = &'a CartLine>,
    now: Timestamp,
) -> QueryResult<()> {
    let (mut skus, mut quantities, mut prices, mut currencies) = (vec![], vec![], vec![], vec![]);
    for CartLine { line, seen_price, .. } in lines {
        skus.push(line.sku.as_str());
        quantities.push(line.quantity.get());
        prices.push(seen_price.amount_minor);
        currencies.push(seen_price.currency.code());
    }
    platform::sql(
        "WITH changed AS (UPDATE carts SET version = version + 1, changed_at = $6 WHERE id = $1)
         INSERT INTO cart_items (cart_id, sku, quantity, seen_price_minor, seen_currency)
         SELECT $1, l.sku, l.quantity, l.price, l.currency
           FROM unnest($2::text[], $3::integer[], $4::bigint[], $5::text[])
                WITH ORDINALITY AS l (sku, quantity, price, currency, place) ORDER BY l.place
         ON CONFLICT (cart_id, sku) DO UPDATE SET quantity = excluded.quantity,
            seen_price_minor = excluded.seen_price_minor, seen_currency = excluded.seen_currency",
    )
    .bind::<SqlUuid, _>(cart.0)
    .bind::<Array<Text>, _>(skus)
    .bind::<Array<Integer>, _>(quantities)
    .bind::<Array<BigInt>, _>(prices)
    .bind::<Array<Text>, _>(currencies)
    .bind::<Timestamptz, _>(now)
    .execute(conn)
    .await?;
    Ok(())
}

/// Takes a line out: the cart's next version.
pub async fn cart_line_delete(
    conn: &mut Connection,
    cart: CartId,
    sku: &Sku,
    now: Timestamp,
) -> QueryResult<()> {
    platform::sql(
        "WITH changed AS (UPDATE carts SET version = version + 1, changed_at = $3 WHERE id = $1)
         DELETE FROM cart_items WHERE cart_id = $1 AND sku = $2",
    )
    .bind::<SqlUuid, _>(cart.0)
    .bind::<Text, _>(sku.as_str())
    .bind::<Timestamptz, _>(now)
    .execute(conn)
    .await?;
    Ok(())
}

/// Empties a guest's cart and remembers where its things are.
pub async fn cart_merged(
    conn: &mut Connection,
    guest: CartId,
    into: CartId,
    now: Timestamp,
) -> QueryResult<()> {
    platform::sql(
        "WITH emptied AS (DELETE FROM cart_items WHERE cart_id = $1)
         UPDATE carts SET merged_into = $2, version = version + 1, changed_at = $3 WHERE id = $1",
    )
    .bind::<SqlUuid, _>(guest.0)
    .bind::<SqlUuid, _>(into.0)
    .bind::<Timestamptz, _>(now)
    .execute(conn)
    .await?;
    Ok(())
}

/// Deletes carts of guests that nobody has touched since; those that somebody has in hand wait. How many.
pub async fn carts_expire(
    conn: &mut Connection,
    untouched_since: Timestamp,
    limit: i64,
) -> QueryResult<usize> {
    platform::sql(
        "DELETE FROM carts WHERE id IN (
            SELECT id FROM carts WHERE token_hash IS NOT NULL AND changed_at < $1 LIMIT $2 FOR UPDATE SKIP LOCKED)",
    )
    .bind::<Timestamptz, _>(untouched_since)
    .bind::<BigInt, _>(limit)
    .execute(conn)
    .await
}
