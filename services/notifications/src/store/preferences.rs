//! What people have chosen.

use contracts::api::notifications::ChannelChoice;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use kernel::UserId;
use platform::Connection;
use uuid::Uuid;

use super::codes;
use super::schema::{contacts, preferences};
use crate::domain::{Choice, Phone};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = preferences, treat_none_as_null = true)]
pub(super) struct Row {
    user_id: Uuid,
    locale: String,
    phone: Option<String>,
    email: bool,
    sms: bool,
    web_push: bool,
    version: i64,
}

pub(super) fn made(row: Row) -> QueryResult<Choice> {
    Ok(Choice {
        locale: codes::decoded(row.locale)?,
        phone: row.phone.as_deref().map(codes::phone).transpose()?,
        order_news: ChannelChoice { email: row.email, sms: row.sms, web_push: row.web_push },
        version: row.version,
    })
}

/// Who has chosen nothing has the language that they registered with.
pub async fn preferences_find(conn: &mut Connection, user: UserId) -> QueryResult<Choice> {
    let row: Option<Row> =
        preferences::table.find(user.0).select(Row::as_select()).first(conn).await.optional()?;
    if let Some(row) = row {
        return made(row);
    }
    let locale: Option<String> =
        contacts::table.find(user.0).select(contacts::locale).first(conn).await.optional()?;
    Ok(Choice::unmade(locale.map(codes::decoded).transpose()?.unwrap_or_default()))
}

/// In the place of version `before`; false: somebody else was there in between.
pub async fn preferences_save(
    conn: &mut Connection,
    user: UserId,
    before: i64,
    choice: &Choice,
) -> QueryResult<bool> {
    let row = Row {
        user_id: user.0,
        locale: codes::code(choice.locale),
        phone: choice.phone.as_ref().map(Phone::as_str).map(str::to_owned),
        email: choice.order_news.email,
        sms: choice.order_news.sms,
        web_push: choice.order_news.web_push,
        version: choice.version,
    };
    let upsert = diesel::insert_into(preferences::table)
        .values(&row)
        .on_conflict(preferences::user_id)
        .do_update()
        .set(&row);
    let saved = diesel::query_dsl::methods::FilterDsl::filter(upsert, preferences::version.eq(before))
        .execute(conn)
        .await?;
    Ok(saved == 1)
}
