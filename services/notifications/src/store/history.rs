//! What a person was told.

use contracts::api::notifications::NotificationView;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use kernel::{NotificationId, OrderId, Timestamp, UserId};
use platform::Connection;
use uuid::Uuid;

use super::codes;
use super::schema::notifications;

#[derive(Queryable, Selectable)]
#[diesel(table_name = notifications)]
struct Row {
    id: Uuid,
    order_id: Option<Uuid>,
    channel: String,
    template: String,
    subject: String,
    status: String,
    created_at: Timestamp,
    settled_at: Option<Timestamp>,
}

/// Newest first, older than `after`.
pub async fn history_list(
    conn: &mut Connection,
    user: UserId,
    after: Option<NotificationId>,
    limit: i64,
) -> QueryResult<Vec<NotificationView>> {
    let after = after.map_or(Uuid::max(), |after| after.0);
    let rows: Vec<Row> = notifications::table
        .filter(notifications::user_id.eq(user.0).and(notifications::id.lt(after)))
        .order(notifications::id.desc())
        .limit(limit)
        .select(Row::as_select())
        .load(conn)
        .await?;
    rows.into_iter().map(view).collect()
}

fn view(row: Row) -> QueryResult<NotificationView> {
    Ok(NotificationView {
        id: NotificationId(row.id),
        channel: codes::decoded(row.channel)?,
        template: row.template,
        subject: row.subject,
        order_id: row.order_id.map(OrderId),
        status: codes::decoded(row.status)?,
        created_at: row.created_at,
        settled_at: row.settled_at,
    })
}
