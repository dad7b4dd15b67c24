//! Some of what an order took from the shelf is back, and goes to the shelves that it came from.

use contracts::messages::orders::StockLine;
use diesel::result::Error as DieselError;
use kernel::{OrderId, ReturnId};
use platform::Connection;

use super::announce::{Reply, Story};
use crate::domain::{TooMany, merge, take_back};
use crate::store::{reservations, stock};

#[derive(Debug, thiserror::Error)]
pub enum ReturnError {
    #[error("nothing was ever reserved for order {0}")]
    UnknownOrder(OrderId),
    #[error("return {id} is already one of order {order}")]
    OfAnotherOrder { id: ReturnId, order: OrderId },
    #[error("return {id} of order {order}: {source}")]
    TooMany { id: ReturnId, order: OrderId, source: TooMany },
    #[error("could not store the return")]
    Store(#[from] DieselError),
}

/// Once per return; the same one again is only answered again. Returns of one order wait for each other.
pub async fn return_items(
    story: Story<'_>,
    id: ReturnId,
    lines: &[StockLine],
    conn: &mut Connection,
) -> Result<(), ReturnError> {
    let (order, now) = (story.order_id, story.now);
    let known = reservations::find_reservation_locked(order, conn).await?;
    known.ok_or(ReturnError::UnknownOrder(order))?;
    let changes = match reservations::return_claim(id, order, now, conn).await? {
        Some(claimed) if claimed == order => vec![],
        Some(other) => return Err(ReturnError::OfAnotherOrder { id, order: other }),
        None => {
            let gone = reservations::parts_list_gone(order, conn).await?;
            let parts = take_back(&gone, &merge(lines)).map_err(|source| ReturnError::TooMany {
                id,
                order,
                source,
            })?;
            stock::stock_return(order, id, &parts, now, conn).await?
        }
    };
    Ok(story.announce(&changes, Reply::Returned { return_id: id }, conn).await?)
}
