//! A payment and its invoice as its customer sees them.

use contracts::api::payments::{InvoiceView, PaymentView};
use kernel::{Money, OrderId, UserId};
use platform::{Database, StoreError};

use crate::domain::Payment;
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
    let captured = payment.is_captured();
    let of_captured = |amount_minor: fn(&Payment) -> i64| {
        payment
            .amount
            .filter(|_| captured)
            .map(|amount| Money { amount_minor: amount_minor(&payment), ..amount })
    };
    Ok(Some(PaymentView {
        id: payment.id,
        order_id,
        status: payment.status,
        amount: payment.amount,
        capture_before: payment.capture_before,
        refunded: of_captured(Payment::refunded),
        charged_back: of_captured(|payment| payment.charged_back_minor),
        transactions,
    }))
}

/// `None` before the capture, and for everyone but the customer; `anyone`: who asks may see all.
pub async fn show_invoice(
    database: &Database,
    order_id: OrderId,
    asks: UserId,
    anyone: bool,
) -> Result<Option<InvoiceView>, StoreError> {
    let mut conn = database.read().await?;
    let found = store::invoice_find(&mut conn, order_id).await?;
    Ok(found.filter(|invoice| anyone || invoice.customer_id == asks))
}
