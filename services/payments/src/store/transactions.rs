//! What the provider did: written once, never changed.

use contracts::api::payments::TransactionView;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use kernel::{PaymentId, Timestamp};
use platform::Connection;

use super::codes;
use super::schema::transactions;

pub async fn transaction_record(
    conn: &mut Connection,
    payment_id: PaymentId,
    key: &str,
    transaction: &TransactionView,
) -> QueryResult<()> {
    diesel::insert_into(transactions::table)
        .values((
            transactions::payment_id.eq(payment_id.0),
            transactions::provider_key.eq(key),
            transactions::kind.eq(codes::code(transaction.kind)),
            transactions::succeeded.eq(transaction.succeeded),
            transactions::amount_minor.eq(transaction.amount.amount_minor),
            transactions::currency.eq(transaction.amount.currency.code()),
            transactions::reference.eq(&transaction.reference),
            transactions::at.eq(transaction.at),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

/// Whether the ledger has it already.
pub async fn transaction_known(
    conn: &mut Connection,
    payment_id: PaymentId,
    reference: &str,
) -> QueryResult<bool> {
    let same = transactions::table
        .filter(transactions::payment_id.eq(payment_id.0))
        .filter(transactions::reference.eq(reference))
        .filter(transactions::succeeded);
    diesel::select(diesel::dsl::exists(same)).get_result(conn).await
}

/// Oldest first.
pub async fn transactions_list(
    conn: &mut Connection,
    payment_id: PaymentId,
) -> QueryResult<Vec<TransactionView>> {
    type Row = (String, bool, i64, String, String, Timestamp);
    let rows: Vec<Row> = transactions::table
        .filter(transactions::payment_id.eq(payment_id.0))
        .order(transactions::position)
        .select((
            transactions::kind,
            transactions::succeeded,
            transactions::amount_minor,
            transactions::currency,
            transactions::reference,
            transactions::at,
        ))
        .load(conn)
        .await?;
    rows.into_iter()
        .map(|(kind, succeeded, amount_minor, currency, reference, at)| {
            let (kind, amount) = (codes::decoded(kind)?, codes::money(amount_minor, &currency)?);
            Ok(TransactionView { kind, succeeded, amount, reference, at })
        })
        .collect()
}
