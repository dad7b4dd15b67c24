//! A seller's own system tells what is on its shelves: all of it is taken, once, or nothing.

use contracts::api::erp::{StockUpdate, StockUpdateItem};
use contracts::api::inventory::AdjustmentReason;
use diesel_async::AsyncConnection;
use kernel::ErpConnectionId;
use platform::StoreError;
use platform::webhook::{Rejected, Signed};

use super::adjust_stock::{AdjustError, adjust_stock};
use super::connect_erp::Erp;
use crate::domain::{Actor, Adjustment, Amount};
use crate::store::erp::{self, ErpConnection};

const MOST_ITEMS: usize = 200;

#[derive(Debug, thiserror::Error)]
pub enum UpdateError {
    #[error("there is no such connection")]
    NotFound,
    #[error(transparent)]
    Rejected(#[from] Rejected),
    #[error("the content is not a stock update: {0}")]
    Content(serde_json::Error),
    #[error("there must be 1 to {MOST_ITEMS} items")]
    Count,
    #[error("either on_hand or delta must be said")]
    Amount { item: usize },
    #[error("item {item}: {error}")]
    Item { item: usize, error: AdjustError },
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<diesel::result::Error> for UpdateError {
    fn from(error: diesel::result::Error) -> Self {
        Self::Store(error.into())
    }
}

/// `body` as it came, for that is what is signed. A message that comes again changes nothing, and is as welcome.
pub async fn take_stock_update(
    erp: &Erp,
    id: ErpConnectionId,
    signed: &Signed,
    body: &[u8],
) -> Result<(), UpdateError> {
    let now = erp.clock.now();
    let mut conn = erp.database.connect().await?;
    let connection = erp::find_erp_connection(id, &mut conn).await?.ok_or(UpdateError::NotFound)?;
    signed.verify(&connection.secrets(now), body, now)?;
    let update: StockUpdate = serde_json::from_slice(body).map_err(UpdateError::Content)?;
    let adjustments = adjustments(update, &connection)?;
    conn.transaction(async |conn| {
        if !erp::erp_message_remember(id, &signed.id, now, conn).await? {
            return Ok(());
        }
        for (item, adjustment) in &adjustments {
            let adjusted = adjust_stock(conn, adjustment, now).await;
            adjusted.map_err(|error| match error {
                AdjustError::Store(error) => error.into(),
                error => UpdateError::Item { item: *item, error },
            })?;
        }
        Ok(())
    })
    .await
}

/// In the order of SKUs, in which everyone locks them; each with its place in the message.
fn adjustments(
    update: StockUpdate,
    connection: &ErpConnection,
) -> Result<Vec<(usize, Adjustment)>, UpdateError> {
    if !(1..=MOST_ITEMS).contains(&update.items.len()) {
        return Err(UpdateError::Count);
    }
    let items = update.items.into_iter().enumerate();
    let mut all: Vec<_> = items
        .map(|(place, item)| Ok((place, adjustment(place, item, connection)?)))
        .collect::<Result<_, UpdateError>>()?;
    // Stable: of one shelf, what is said later counts later.
    all.sort_by(|(_, one), (_, next)| one.sku.cmp(&next.sku));
    Ok(all)
}

fn adjustment(
    item: usize,
    said: StockUpdateItem,
    connection: &ErpConnection,
) -> Result<Adjustment, UpdateError> {
    let (amount, reason) = match (said.on_hand, said.delta) {
        (Some(on_hand), None) => (Amount::Set(on_hand), AdjustmentReason::Counted),
        (None, Some(delta)) => (Amount::Delta(delta), AdjustmentReason::Correction),
        (None, None) | (Some(_), Some(_)) => return Err(UpdateError::Amount { item }),
    };
    Ok(Adjustment {
        sku: said.sku,
        region: said.region.unwrap_or_default(),
        seller: connection.seller(),
        amount,
        reason,
        note: None,
        actor: Actor::Erp(connection.name.clone()),
    })
}
