//! A person chooses how they are told.

use diesel_async::AsyncConnection;
use kernel::UserId;
use platform::etag::IfMatch;
use platform::{Database, StoreError};

use crate::domain::Choice;
use crate::store;

#[derive(Debug, thiserror::Error)]
pub enum ChangePreferencesError {
    #[error("they have changed meanwhile")]
    Changed,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<diesel::result::Error> for ChangePreferencesError {
    fn from(error: diesel::result::Error) -> Self {
        Self::Store(error.into())
    }
}

/// `choice`, in the place of the version that its author has seen.
pub async fn change_preferences(
    database: &Database,
    user: UserId,
    seen: &IfMatch,
    choice: Choice,
) -> Result<Choice, ChangePreferencesError> {
    let mut conn = database.connect().await?;
    conn.transaction(async |conn| {
        let before = store::preferences_find(conn, user).await?.version;
        if !seen.allows(before) {
            return Err(ChangePreferencesError::Changed);
        }
        let choice = Choice { version: before + 1, ..choice };
        if store::preferences_save(conn, user, before, &choice).await? {
            Ok(choice)
        } else {
            Err(ChangePreferencesError::Changed)
        }
    })
    .await
}
