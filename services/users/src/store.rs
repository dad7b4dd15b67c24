//! Users and credentials in Postgres.

use contracts::api::users::UserRole;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use kernel::{Timestamp, UserId};
use platform::Connection;

use crate::domain::{Email, User};
use crate::schema::{credentials, users};

type UserRow = (uuid::Uuid, String, String, Vec<String>);

const COLUMNS: (users::id, users::email, users::name, users::roles) =
    (users::id, users::email, users::name, users::roles);

/// False: the address belongs to somebody; nothing was written.
pub async fn user_insert(conn: &mut Connection, user: &User, now: Timestamp) -> QueryResult<bool> {
    let roles: Vec<&str> = user.roles.iter().copied().map(role_name).collect();
    let inserted = diesel::insert_into(users::table)
        .values((
            users::id.eq(user.id.0),
            users::email.eq(&user.email),
            users::name.eq(&user.name),
            users::roles.eq(roles),
            users::created_at.eq(now),
        ))
        .on_conflict(users::email)
        .do_nothing()
        .execute(conn)
        .await?;
    Ok(inserted == 1)
}

pub async fn credential_insert(
    conn: &mut Connection,
    user: UserId,
    password_hash: &str,
    now: Timestamp,
) -> QueryResult<()> {
    diesel::insert_into(credentials::table)
        .values((
            credentials::user_id.eq(user.0),
            credentials::password_hash.eq(password_hash),
            credentials::changed_at.eq(now),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

pub async fn credential_update(
    conn: &mut Connection,
    user: UserId,
    password_hash: &str,
    now: Timestamp,
) -> QueryResult<()> {
    diesel::update(credentials::table.find(user.0))
        .set((credentials::password_hash.eq(password_hash), credentials::changed_at.eq(now)))
        .execute(conn)
        .await?;
    Ok(())
}

pub async fn user_find(conn: &mut Connection, id: UserId) -> QueryResult<Option<User>> {
    let row: Option<UserRow> = users::table.find(id.0).select(COLUMNS).first(conn).await.optional()?;
    Ok(row.map(user))
}

/// The user with this address, and what the password must match.
pub async fn user_find_with_hash(
    conn: &mut Connection,
    email: &Email,
) -> QueryResult<Option<(User, String)>> {
    let row: Option<(UserRow, String)> = users::table
        .inner_join(credentials::table)
        .filter(users::email.eq(email.as_str()))
        .select((COLUMNS, credentials::password_hash))
        .first(conn)
        .await
        .optional()?;
    Ok(row.map(|(row, hash)| (user(row), hash)))
}

fn user((id, email, name, roles): UserRow) -> User {
    let roles = roles.iter().map(|role| named_role(role).expect("a CHECK allows known roles only")).collect();
    User { id: UserId(id), email, name, roles }
}

fn role_name(role: UserRole) -> &'static str {
    match role {
        UserRole::Customer => "customer",
        UserRole::Seller => "seller",
        UserRole::Support => "support",
        UserRole::Admin => "admin",
    }
}

fn named_role(name: &str) -> Option<UserRole> {
    [UserRole::Customer, UserRole::Seller, UserRole::Support, UserRole::Admin]
        .into_iter()
        .find(|role| role_name(*role) == name)
}
