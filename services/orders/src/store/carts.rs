//! Carts and what is in them. The cart's row is the lock: whoever changes its lines holds it.

use diesel::prelude::*;
use diesel::upsert::excluded;
use diesel_async::RunQueryDsl;
use kernel::{CartId, Money, OrderId, Quantity, Sku, Timestamp, UserId};
use platform::Connection;
use uuid::Uuid;

use super::unreadable;
use crate::domain::line::Line;
use crate::schema::{cart_items, carts, products};

pub async fn cart_insert(
    conn: &mut Connection,
    cart: CartId,
    customer: UserId,
    now: Timestamp,
) -> QueryResult<()> {
    diesel::insert_into(carts::table)
        .values((carts::id.eq(cart.0), carts::customer_id.eq(customer.0), carts::created_at.eq(now)))
        .execute(conn)
        .await?;
    Ok(())
}

/// Whether the customer's cart is frozen; `None` where there is none of theirs.
pub async fn find_cart(conn: &mut Connection, cart: CartId, customer: UserId) -> QueryResult<Option<bool>> {
    carts::table
        .find(cart.0)
        .filter(carts::customer_id.eq(customer.0))
        .select(carts::frozen_by.is_not_null())
        .first(conn)
        .await
        .optional()
}

/// The same, and nobody else changes or freezes the cart before the transaction ends.
pub async fn find_cart_locked(
    conn: &mut Connection,
    cart: CartId,
    customer: UserId,
) -> QueryResult<Option<bool>> {
    let frozen_by: Option<Option<Uuid>> = carts::table
        .find(cart.0)
        .filter(carts::customer_id.eq(customer.0))
        .select(carts::frozen_by)
        .for_no_key_update()
        .first(conn)
        .await
        .optional()?;
    Ok(frozen_by.map(|order| order.is_some()))
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
        .set(carts::frozen_by.eq(order.0))
        .execute(conn)
        .await?;
    Ok(frozen == 1)
}

/// With today's names and prices.
pub async fn cart_lines(conn: &mut Connection, cart: CartId) -> QueryResult<Vec<Line>> {
    let rows: Vec<(String, i32, String, i64, String)> = cart_items::table
        .inner_join(products::table)
        .filter(cart_items::cart_id.eq(cart.0))
        .order(cart_items::position)
        .select((
            cart_items::sku,
            cart_items::quantity,
            products::name,
            products::unit_price_minor,
            products::currency,
        ))
        .load(conn)
        .await?;
    rows.into_iter()
        .map(|(sku, quantity, name, amount_minor, currency)| {
            Ok(Line {
                sku: Sku::parse(&sku).map_err(unreadable)?,
                name,
                quantity: Quantity::new(quantity.into()).map_err(unreadable)?,
                unit_price: Money::new(amount_minor, currency.parse().map_err(unreadable)?),
            })
        })
        .collect()
}

pub async fn cart_item_upsert(
    conn: &mut Connection,
    cart: CartId,
    sku: &Sku,
    quantity: Quantity,
) -> QueryResult<()> {
    diesel::insert_into(cart_items::table)
        .values((
            cart_items::cart_id.eq(cart.0),
            cart_items::sku.eq(sku.as_str()),
            cart_items::quantity.eq(quantity.get()),
        ))
        .on_conflict((cart_items::cart_id, cart_items::sku))
        .do_update()
        .set(cart_items::quantity.eq(excluded(cart_items::quantity)))
        .execute(conn)
        .await?;
    Ok(())
}

pub async fn cart_item_delete(conn: &mut Connection, cart: CartId, sku: &Sku) -> QueryResult<()> {
    diesel::delete(cart_items::table.find((cart.0, sku.as_str()))).execute(conn).await?;
    Ok(())
}
