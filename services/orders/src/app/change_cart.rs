//! A shopper puts things into a cart, takes them out, and accepts what they cost by now.

use contracts::api::orders::SeenPrice;
use diesel_async::AsyncConnection;
use kernel::{CartId, Quantity, Sku, UserId};
use platform::etag::IfMatch;
use platform::{Connection, StoreError};

use super::App;
use crate::domain::cart::{Cart, CartError};
use crate::domain::shopper::{CartToken, Shopper};
use crate::store::carts::{self, CartRow, Owner};

/// Which cart, who says that it is theirs, and as what they have seen it.
pub struct Wanted {
    pub cart: CartId,
    pub shopper: Shopper,
    pub seen: IfMatch,
}

#[derive(Debug, thiserror::Error)]
pub enum ChangeCartError {
    #[error("there is no such cart of this shopper")]
    NoCart,
    #[error("there is no product with this SKU")]
    UnknownSku,
    #[error("the cart has changed since the shopper saw it")]
    Stale,
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
        self.new_cart(Owner::Customer(customer)).await
    }

    /// With the token that opens it, told once.
    pub async fn create_guest_cart(&self) -> Result<(Cart, CartToken), StoreError> {
        let token = CartToken::new(rand::random());
        Ok((self.new_cart(Owner::Guest(token.hash())).await?, token))
    }

    async fn new_cart(&self, owner: Owner) -> Result<Cart, StoreError> {
        let cart = Cart { id: CartId::new(), version: 1, frozen: false, lines: vec![] };
        let mut conn = self.database.connect().await?;
        carts::cart_insert(&mut conn, cart.id, owner, self.clock.now()).await?;
        Ok(cart)
    }

    pub async fn find_cart(&self, id: CartId, shopper: &Shopper) -> Result<Option<Cart>, StoreError> {
        let mut conn = self.database.connect().await?;
        let found = carts::find_cart(&mut conn, id).await?;
        match found.filter(|row| row.merged_into().is_none() && row.belongs_to(shopper)) {
            Some(row) => Ok(Some(filled(&mut conn, &row).await?)),
            None => Ok(None),
        }
    }

    /// The newest of the customer's that is no order.
    pub async fn find_open_cart(&self, customer: UserId) -> Result<Option<Cart>, StoreError> {
        let mut conn = self.database.connect().await?;
        match carts::find_open_cart(&mut conn, customer).await? {
            Some(row) => Ok(Some(filled(&mut conn, &row).await?)),
            None => Ok(None),
        }
    }

    pub async fn put_item(
        &self,
        wanted: &Wanted,
        sku: &Sku,
        quantity: Quantity,
    ) -> Result<Cart, ChangeCartError> {
        let mut conn = self.database.connect().await?;
        conn.transaction(async |conn| {
            let mut cart = locked(conn, wanted).await?;
            let line = carts::find_new_line(conn, sku, quantity).await?.ok_or(ChangeCartError::UnknownSku)?;
            cart.put(line.clone())?;
            carts::cart_lines_upsert(conn, cart.id, [&line], self.clock.now()).await?;
            Ok(cart)
        })
        .await
    }

    pub async fn remove_item(&self, wanted: &Wanted, sku: &Sku) -> Result<Cart, ChangeCartError> {
        let mut conn = self.database.connect().await?;
        conn.transaction(async |conn| {
            let mut cart = locked(conn, wanted).await?;
            if cart.remove(sku)? {
                carts::cart_line_delete(conn, cart.id, sku, self.clock.now()).await?;
            }
            Ok(cart)
        })
        .await
    }

    /// The shopper has seen these prices, and accepts them.
    pub async fn acknowledge(&self, wanted: &Wanted, prices: &[SeenPrice]) -> Result<Cart, ChangeCartError> {
        let mut conn = self.database.connect().await?;
        conn.transaction(async |conn| {
            let mut cart = locked(conn, wanted).await?;
            cart.acknowledge(prices)?;
            carts::cart_lines_upsert(conn, cart.id, &cart.lines, self.clock.now()).await?;
            Ok(cart)
        })
        .await
    }
}

async fn locked(conn: &mut Connection, wanted: &Wanted) -> Result<Cart, ChangeCartError> {
    let found = carts::find_cart_locked(conn, wanted.cart).await?;
    let theirs = found.filter(|row| row.merged_into().is_none() && row.belongs_to(&wanted.shopper));
    let row = theirs.ok_or(ChangeCartError::NoCart)?;
    if !wanted.seen.allows(row.version) {
        return Err(ChangeCartError::Stale);
    }
    // Only once the lock is held: lines that were read before could be old.
    Ok(filled(conn, &row).await?)
}

pub async fn filled(conn: &mut Connection, row: &CartRow) -> diesel::QueryResult<Cart> {
    let lines = carts::cart_lines(conn, row.id()).await?;
    Ok(Cart { id: row.id(), version: row.version, frozen: row.is_frozen(), lines })
}
