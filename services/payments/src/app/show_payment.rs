//! A payment as its customer sees it.

use contracts::api::payments::PaymentView;
use kernel::{OrderId, UserId};
use platform::{Database, StoreError};

use crate::store;

/// `None` for everyone but the order's customer, and before it is known who that is.
pub async fn show_payment(
    database: &Database,
    order_id: OrderId,
    asks: UserId,
) -> Result<Option<PaymentView>, StoreError> {
    let mut conn = database.connect().await?;
    let found = store::payment_find(&mut conn, order_id).await?;
    let Some(payment) = found.filter(|payment| payment.customer_id == Some(asks)) else { return Ok(None) };
    let transactions = store::transactions_list(&mut conn, payment.id).await?;
    Ok(Some(PaymentView {
        id: payment.id,
        order_id,
        status: payment.status,
        amount: payment.amount,
        transactions,
    }))
}
