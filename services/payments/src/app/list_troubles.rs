//! What people have to look after: unknown outcomes, and books that disagree.

use contracts::api::payments::{DifferenceView, UnresolvedView};
use kernel::PaymentId;
use platform::{Database, StoreError};

use crate::store::{self, Unresolved};

pub async fn list_unresolved(
    database: &Database,
    after: Option<PaymentId>,
    rows: i64,
) -> Result<Vec<UnresolvedView>, StoreError> {
    // Not from a copy that lags: what was just resolved must be gone.
    let mut conn = database.connect().await?;
    let found = store::unresolved_list(&mut conn, after, rows).await?;
    Ok(found.into_iter().filter_map(view).collect())
}

fn view(unresolved: Unresolved) -> Option<UnresolvedView> {
    let Unresolved { payment, asks, next_ask_at, unknown_since } = unresolved;
    Some(UnresolvedView {
        order_id: payment.order_id,
        payment_id: payment.id,
        operation: payment.operation()?.kind(),
        provider_key: payment.key()?.as_str().to_owned(),
        amount: payment.moves(),
        unknown_since,
        asks,
        next_ask_at,
    })
}

pub async fn list_differences(
    database: &Database,
    after: Option<i64>,
    rows: i64,
) -> Result<Vec<DifferenceView>, StoreError> {
    let mut conn = database.read().await?;
    Ok(store::differences_list(&mut conn, after, rows).await?)
}
