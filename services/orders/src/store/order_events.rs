//! Every event and command of an order. They are written together with the checkout: see `checkouts`.

use contracts::api::orders::OrderEventView;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use kernel::{EventId, OrderId};
use platform::Connection;

use crate::schema::order_events;

/// Oldest first, after this one of them.
pub async fn order_events_list(
    conn: &mut Connection,
    order: OrderId,
    after: Option<EventId>,
    limit: i64,
) -> QueryResult<Vec<OrderEventView>> {
    let (known, all) = diesel::alias!(order_events as known, order_events as all_events);
    let mut query = all
        .filter(all.field(order_events::order_id).eq(order.0))
        .order(all.field(order_events::position))
        .limit(limit)
        .select(all.fields((
            order_events::id,
            order_events::kind,
            order_events::source,
            order_events::occurred_at,
            order_events::data,
        )))
        .into_boxed();
    if let Some(after) = after {
        let position = known
            .filter(known.field(order_events::order_id).eq(order.0))
            .filter(known.field(order_events::id).eq(after.0))
            .select(known.field(order_events::position));
        query = query.filter(all.field(order_events::position).nullable().gt(position.single_value()));
    }
    let rows: Vec<(uuid::Uuid, String, String, kernel::Timestamp, serde_json::Value)> =
        query.load(conn).await?;
    let view = |(id, kind, source, time, data)| OrderEventView { id: EventId(id), kind, source, time, data };
    Ok(rows.into_iter().map(view).collect())
}
