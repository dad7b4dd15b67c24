//! Somebody becomes a user.

use contracts::messages::users::UserRegistered;
use diesel_async::AsyncConnection;
use kernel::UserId;
use platform::StoreError;
use platform::outbox::Event;
use tracing::info;

use super::Users;
use super::passwords::Busy;
use crate::domain::{NewUser, User};
use crate::store;

#[derive(Debug, thiserror::Error)]
pub enum RegisterError {
    #[error("somebody has registered with this address")]
    EmailTaken,
    #[error(transparent)]
    Busy(#[from] Busy),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<diesel::result::Error> for RegisterError {
    fn from(error: diesel::result::Error) -> Self {
        Self::Store(error.into())
    }
}

pub async fn register(users: &Users, new: NewUser) -> Result<User, RegisterError> {
    // Before the transaction: hashing takes longer than everything in it.
    let hash = users.passwords.hash(new.password.into_secret()).await?;
    let user = User {
        id: UserId::new(),
        email: new.email.as_str().to_owned(),
        name: new.name.as_str().to_owned(),
        roles: new.roles,
    };
    let now = users.clock.now();
    let registered = UserRegistered {
        user_id: user.id,
        email: user.email.clone(),
        name: user.name.clone(),
        locale: new.locale,
        roles: user.roles.clone(),
    };

    let mut conn = users.database.connect().await?;
    conn.transaction(async |conn| {
        if !store::user_insert(conn, &user, now).await? {
            return Err(RegisterError::EmailTaken);
        }
        store::credential_insert(conn, user.id, &hash, now).await?;
        Event::new(&registered, now).version(1).record(conn).await?;
        Ok(())
    })
    .await?;
    info!(user.id = %user.id, "Registered user {}", user.id);
    Ok(user)
}
