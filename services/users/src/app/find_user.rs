//! Who somebody is.

use kernel::UserId;
use platform::StoreError;

use super::Users;
use crate::domain::User;
use crate::store;

pub async fn find_user(users: &Users, id: UserId) -> Result<Option<User>, StoreError> {
    let mut conn = users.database.connect().await?;
    Ok(store::user_find(&mut conn, id).await?)
}
