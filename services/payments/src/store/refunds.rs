//! Wishes to give money back.

use std::collections::HashMap;

use contracts::api::payments::DeclineReason;
use diesel::prelude::*;
use diesel::result::Error::DeserializationError;
use diesel_async::RunQueryDsl;
use platform::Connection;
use uuid::Uuid;

use super::codes;
use super::schema::refunds;
use crate::domain::{Payment, Refund, RefundState};

type Row = (Uuid, String, i64, String, Option<String>);

/// Only what is captured has any.
pub(super) async fn refunds_fill(conn: &mut Connection, payments: &mut [Payment]) -> QueryResult<()> {
    let captured: Vec<Uuid> =
        payments.iter().filter(|payment| payment.is_captured()).map(|payment| payment.id.0).collect();
    if captured.is_empty() {
        return Ok(());
    }
    let rows: Vec<Row> = refunds::table
        .filter(refunds::payment_id.eq_any(captured))
        .order((refunds::payment_id, refunds::place))
        .select((
            refunds::payment_id,
            refunds::reason,
            refunds::amount_minor,
            refunds::state,
            refunds::decline_reason,
        ))
        .load(conn)
        .await?;
    let mut of: HashMap<Uuid, Vec<Row>> = HashMap::new();
    for row in rows {
        of.entry(row.0).or_default().push(row);
    }
    for payment in payments {
        let rows = of.remove(&payment.id.0).unwrap_or_default();
        payment.refunds = rows.into_iter().map(|row| refund(payment, row)).collect::<QueryResult<_>>()?;
    }
    Ok(())
}

fn refund(payment: &Payment, (_, reason, amount_minor, state, refused): Row) -> QueryResult<Refund> {
    let refused: Option<DeclineReason> = refused.map(codes::decoded).transpose()?;
    let state = match (state.as_str(), refused) {
        (_, Some(why)) => RefundState::Refused(why),
        ("done", None) => RefundState::Done,
        _ => RefundState::Open,
    };
    let reason = reason.parse().map_err(|error: String| DeserializationError(error.into()))?;
    Ok(Refund { reason, amount: kernel::Money { amount_minor, ..payment.due() }, state })
}

/// Writes those that are new or have changed.
pub(super) async fn refunds_save(
    conn: &mut Connection,
    before: &Payment,
    after: &Payment,
) -> QueryResult<()> {
    for (place, refund) in (0_i32..).zip(&after.refunds) {
        if before.refunds.contains(refund) {
            continue;
        }
        let (state, refused) = match refund.state {
            RefundState::Open => ("open", None),
            RefundState::Done => ("done", None),
            RefundState::Refused(why) => ("refused", Some(codes::code(why))),
        };
        let changing = (
            refunds::amount_minor.eq(refund.amount.amount_minor),
            refunds::state.eq(state),
            refunds::decline_reason.eq(refused),
        );
        diesel::insert_into(refunds::table)
            .values((
                refunds::payment_id.eq(after.id.0),
                refunds::reason.eq(refund.reason.to_string()),
                refunds::place.eq(place),
                changing.clone(),
            ))
            .on_conflict((refunds::payment_id, refunds::reason))
            .do_update()
            .set(changing)
            .execute(conn)
            .await?;
    }
    Ok(())
}
