//! A guest logs in: what they have put aside goes into their own cart.

use diesel_async::AsyncConnection;
use kernel::{CartId, UserId};
use platform::Connection;
use platform::etag::IfMatch;

use super::App;
use super::change_cart::{ChangeCartError, filled};
use crate::domain::cart::Cart;
use crate::domain::shopper::{CartToken, Shopper};
use crate::store::carts::{self, CartRow, Owner};

impl App {
    /// The customer's cart afterwards; the same again when it is asked for again.
    pub async fn merge_cart(
        &self,
        guest: CartId,
        token: CartToken,
        seen: &IfMatch,
        customer: UserId,
    ) -> Result<Cart, ChangeCartError> {
        let opened_by = Shopper::Guest(token);
        let mut conn = self.database.connect().await?;
        conn.transaction(async |conn| {
            let found = carts::find_cart_locked(conn, guest).await?;
            let guest = found.filter(|row| row.belongs_to(&opened_by)).ok_or(ChangeCartError::NoCart)?;
            match guest.merged_into() {
                Some(own) => merged_before(conn, own, customer).await,
                None if seen.allows(guest.version) => self.merged_now(conn, &guest, customer).await,
                None => Err(ChangeCartError::Stale),
            }
        })
        .await
    }

    async fn merged_now(
        &self,
        conn: &mut Connection,
        guest: &CartRow,
        customer: UserId,
    ) -> Result<Cart, ChangeCartError> {
        let now = self.clock.now();
        let mut own = match carts::find_open_cart_locked(conn, customer).await? {
            Some(row) => filled(conn, &row).await?,
            None => {
                let cart = Cart { id: CartId::new(), version: 1, frozen: false, lines: vec![] };
                carts::cart_insert(conn, cart.id, Owner::Customer(customer), now).await?;
                cart
            }
        };
        own.merge(carts::cart_lines(conn, guest.id()).await?)?;
        carts::cart_lines_upsert(conn, own.id, &own.lines, now).await?;
        carts::cart_merged(conn, guest.id(), own.id, now).await?;
        Ok(own)
    }
}

/// Only to the one who merged it.
async fn merged_before(
    conn: &mut Connection,
    own: CartId,
    customer: UserId,
) -> Result<Cart, ChangeCartError> {
    let found = carts::find_cart(conn, own).await?;
    let row = found.filter(|row| row.belongs_to(&Shopper::Customer(customer)));
    Ok(filled(conn, &row.ok_or(ChangeCartError::NoCart)?).await?)
}
