//! A user shows the password and gets an access token.

use platform::StoreError;
use secrecy::SecretString;

use super::Users;
use super::passwords::Busy;
use super::tokens::AccessToken;
use crate::domain::{Email, User};
use crate::{metrics, store};

#[derive(Debug, thiserror::Error)]
pub enum LogInError {
    /// Unknown address or wrong password: which of them is nobody's business.
    #[error("the address or the password is wrong")]
    WrongCredentials,
    #[error(transparent)]
    Busy(#[from] Busy),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// `email` is `None` where it was no address at all: that takes as long as a wrong password, too.
pub async fn log_in(
    users: &Users,
    email: Option<Email>,
    password: SecretString,
) -> Result<(User, AccessToken), LogInError> {
    let found = match email {
        Some(email) => {
            // Given back before the hash is computed: a log-in that waits must not hold a connection.
            let mut conn = users.database.connect().await?;
            store::user_find_with_hash(&mut conn, &email).await.map_err(StoreError::from)?
        }
        None => None,
    };
    let (user, hash) = found.unzip();
    let right = users.passwords.verify(hash, password).await?;
    match user {
        Some(user) if right => {
            metrics::LOG_INS.with_label_values(&["ok"]).inc();
            let token = users.signer.sign(&user, users.clock.now());
            Ok((user, token))
        }
        _ => {
            metrics::LOG_INS.with_label_values(&["wrong"]).inc();
            Err(LogInError::WrongCredentials)
        }
    }
}
