//! A shopper puts things into a cart and takes them out.

use diesel_async::AsyncConnection;
use kernel::{CartId, Quantity, Sku, UserId};
use platform::{Connection, StoreError};

use super::App;
use crate::domain::cart::{Cart, CartError};
use crate::store::{carts, products};

#[derive(Debug, thiserror::Error)]
pub enum ChangeCartError {
    #[error("there is no such cart of this customer")]
    NoCart,
    #[error("there is no product with this SKU")]
    UnknownSku,
    #[error(transparent)]
    Cart(#[from] CartError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<diesel::result::Error> for ChangeCartError {
    fn from(error: diesel::result::Error) -> Self {
        Self::Store(error.into())
    }
}

impl App {
    pub async fn create_cart(&self, customer: UserId) -> Result<Cart, StoreError> {
        let cart = Cart { id: CartId::new(), frozen: false, lines: vec![] };
        let mut conn = self.database.connect().await?;
        carts::cart_insert(&mut conn, cart.id, customer, self.clock.now()).await?;
        Ok(cart)
    }

    pub async fn find_cart(&self, id: CartId, customer: UserId) -> Result<Option<Cart>, StoreError> {
        let mut conn = self.database.connect().await?;
        let Some(frozen) = carts::find_cart(&mut conn, id, customer).await? else { return Ok(None) };
        Ok(Some(Cart { id, frozen, lines: carts::cart_lines(&mut conn, id).await? }))
    }

    pub async fn put_item(
        &self,
        id: CartId,
        customer: UserId,
        sku: &Sku,
        quantity: Quantity,
    ) -> Result<Cart, ChangeCartError> {
        let mut conn = self.database.connect().await.map_err(ChangeCartError::Store)?;
        conn.transaction(async |conn| {
            let mut cart = locked(conn, id, customer).await?;
            let line = products::find_product_line(conn, sku, quantity).await?;
            cart.put(line.ok_or(ChangeCartError::UnknownSku)?)?;
            carts::cart_item_upsert(conn, id, sku, quantity).await?;
            Ok(cart)
        })
        .await
    }

    pub async fn remove_item(
        &self,
        id: CartId,
        customer: UserId,
        sku: &Sku,
    ) -> Result<Cart, ChangeCartError> {
        let mut conn = self.database.connect().await.map_err(ChangeCartError::Store)?;
        conn.transaction(async |conn| {
            let mut cart = locked(conn, id, customer).await?;
            cart.remove(sku)?;
            carts::cart_item_delete(conn, id, sku).await?;
            Ok(cart)
        })
        .await
    }
}

async fn locked(conn: &mut Connection, id: CartId, customer: UserId) -> Result<Cart, ChangeCartError> {
    let frozen = carts::find_cart_locked(conn, id, customer).await?.ok_or(ChangeCartError::NoCart)?;
    // Only once the lock is held: lines that were read before could be old.
    Ok(Cart { id, frozen, lines: carts::cart_lines(conn, id).await? })
}
