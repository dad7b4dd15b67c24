//! How people are reached: the read model of what users says.

use contracts::messages::users::UserRegistered;
use diesel::dsl::exists;
use diesel::prelude::*;
use diesel::upsert::excluded;
use diesel_async::RunQueryDsl;
use kernel::UserId;
use platform::Connection;

use super::codes;
use super::preferences::{Row as PreferencesRow, made};
use super::schema::{contacts, preferences, push_subscriptions};
use crate::domain::{Audience, Choice};

/// What was said later stays.
pub async fn contact_save(conn: &mut Connection, person: &UserRegistered, version: i64) -> QueryResult<()> {
    let roles: Vec<String> = person.roles.iter().map(codes::code).collect();
    let upsert = diesel::insert_into(contacts::table)
        .values((
            contacts::user_id.eq(person.user_id.0),
            contacts::email.eq(&person.email),
            contacts::name.eq(&person.name),
            contacts::locale.eq(codes::code(person.locale)),
            contacts::roles.eq(roles),
            contacts::version.eq(version),
        ))
        .on_conflict(contacts::user_id)
        .do_update()
        .set((
            contacts::email.eq(excluded(contacts::email)),
            contacts::name.eq(excluded(contacts::name)),
            contacts::locale.eq(excluded(contacts::locale)),
            contacts::roles.eq(excluded(contacts::roles)),
            contacts::version.eq(excluded(contacts::version)),
        ));
    diesel::query_dsl::methods::FilterDsl::filter(upsert, contacts::version.lt(excluded(contacts::version)))
        .execute(conn)
        .await?;
    Ok(())
}

/// `None`: users has not told us of them yet. With their name, for the greeting.
pub async fn audience_find(conn: &mut Connection, user: UserId) -> QueryResult<Option<(Audience, String)>> {
    type Found = (String, String, Vec<String>, Option<PreferencesRow>, bool);
    let browsers = push_subscriptions::table.filter(push_subscriptions::user_id.eq(contacts::user_id));
    let found: Option<Found> = contacts::table
        .left_join(preferences::table.on(preferences::user_id.eq(contacts::user_id)))
        .filter(contacts::user_id.eq(user.0))
        .select((
            contacts::name,
            contacts::locale,
            contacts::roles,
            Option::<PreferencesRow>::as_select(),
            exists(browsers),
        ))
        .first(conn)
        .await
        .optional()?;
    let Some((name, locale, roles, chosen, has_browser)) = found else { return Ok(None) };
    let choice = match chosen {
        Some(row) => made(row)?,
        None => Choice::unmade(codes::decoded(locale)?),
    };
    let roles = roles.into_iter().map(codes::decoded).collect::<QueryResult<_>>()?;
    Ok(Some((Audience { roles, choice, has_browser }, name)))
}
