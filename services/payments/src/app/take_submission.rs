//! A shopper's token for an order. It may come before the order's own command.

use contracts::api::payments::PaymentToken;
use contracts::messages::gateway::PaymentSubmitted;
use diesel::QueryResult;
use kernel::{PaymentMethodId, Timestamp, UserId};
use platform::Connection;
use platform::consumer::HandleError;
use serde_json::json;
use tracing::{info, warn};

use crate::domain::{Actor, Entry, Submitted};
use crate::store;

/// A token of somebody else is dropped, not parked: no redelivery could make it right, and the order stays payable.
pub async fn take_submission(
    conn: &mut Connection,
    submission: &PaymentSubmitted,
    now: Timestamp,
) -> Result<(), HandleError> {
    let PaymentSubmitted { order_id, customer_id, .. } = *submission;
    // The error says what is wrong with the token and never what the token is.
    let token = PaymentToken::parse(&submission.payment_token).map_err(|error| {
        HandleError::Impossible(format!("the token of order {order_id} is refused: {error}"))
    })?;
    let token = saved(conn, customer_id, token).await?;
    let before = store::payment_lock_or_create(conn, order_id).await?;
    let mut after = before.clone();
    let submitted = after.submit(customer_id, token.clone());
    // What became of it, never the token.
    let content = json!({ "was": format!("{submitted:?}") });
    let entry = Entry::new(order_id, "submission", Actor::Person(customer_id), content);
    store::audit_record(conn, &[entry], now).await?;
    match submitted {
        Submitted::Taken => {
            after.version += 1;
            store::payment_save(conn, &before, &after, None, now).await?;
            store::submissions_forget(conn, order_id).await?;
        }
        Submitted::Early => store::submission_keep(conn, order_id, customer_id, &token, now).await?,
        Submitted::Foreign => {
            warn!(order.id = %order_id, user.id = %customer_id, "Ignored a token for order {order_id} from someone else");
        }
        Submitted::Late => info!(order.id = %order_id, "Ignored a further token for order {order_id}"),
    }
    Ok(())
}

/// The id of a saved means of payment stands for the provider's own token of it. Somebody else's id stands for nothing:
/// the provider will not know it.
async fn saved(conn: &mut Connection, customer: UserId, token: PaymentToken) -> QueryResult<PaymentToken> {
    let Ok(id) = token.as_str().parse::<PaymentMethodId>() else { return Ok(token) };
    Ok(store::method_token(conn, customer, id).await?.unwrap_or(token))
}
