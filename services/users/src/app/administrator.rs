//! The first account of a shop, for those who run it: there before anybody could be asked to make it.

use contracts::api::users::{Locale, UserRole};
use platform::{ConfigError, Settings, StoreError, backoff};
use secrecy::SecretString;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use super::Users;
use super::register::{RegisterError, register};
use crate::domain::{Email, NewUser, Password, PersonName, User};
use crate::store;

/// Who it is. The settings rule: the account is made where there is none, and gets their password where it has another.
#[derive(Clone)]
pub struct Administrator {
    email: Email,
    password: SecretString,
}

impl Administrator {
    /// `ADMIN_EMAIL` with `ADMIN_PASSWORD`; `None` where neither is set.
    pub fn from_settings(settings: &Settings) -> Result<Option<Self>, ConfigError> {
        let Some(email) = settings.find("ADMIN_EMAIL") else { return Ok(None) };
        let wrong = |name: &str, reason: String| ConfigError::Wrong { name: name.to_owned(), reason };
        let email = Email::parse(email).map_err(|error| wrong("ADMIN_EMAIL", error.to_string()))?;
        let password = settings.secret("ADMIN_PASSWORD")?;
        Password::parse(password.clone()).map_err(|error| wrong("ADMIN_PASSWORD", error.to_string()))?;
        Ok(Some(Self { email, password }))
    }

    fn account(&self) -> NewUser {
        NewUser {
            email: self.email.clone(),
            name: PersonName::parse("Administrator").expect("it is a name"),
            password: Password::parse(self.password.clone()).expect("it was parsed at start"),
            roles: vec![UserRole::Support, UserRole::Admin],
            locale: Locale::default(),
        }
    }
}

/// Until the account is there; somebody else's account with this address stays as it is.
pub async fn ensure_administrator(users: Users, administrator: Administrator, shutdown: CancellationToken) {
    let mut pauses = backoff::until_available();
    loop {
        match ensure(&users, &administrator).await {
            Ok(()) => return shutdown.cancelled().await,
            Err(error) => warn!(%error, "The administrator's account waits: {error}"),
        }
        tokio::select! {
            () = tokio::time::sleep(pauses.next().unwrap_or_default()) => {}
            () = shutdown.cancelled() => return,
        }
    }
}

async fn ensure(users: &Users, administrator: &Administrator) -> Result<(), RegisterError> {
    let mut conn = users.database.connect().await?;
    let found =
        store::user_find_with_hash(&mut conn, &administrator.email).await.map_err(StoreError::from)?;
    // Given back before a hash is computed.
    drop(conn);
    if let Some((user, hash)) = found {
        return renew(users, administrator, &user, hash).await;
    }
    match register(users, administrator.account()).await {
        Ok(user) => info!(user.id = %user.id, "Made the administrator's account {}", user.id),
        // Another replica was first.
        Err(RegisterError::EmailTaken) => {}
        Err(error) => return Err(error),
    }
    Ok(())
}

/// The password of the settings is another one when a stack was made anew around old data, or its root was changed.
async fn renew(
    users: &Users,
    administrator: &Administrator,
    user: &User,
    hash: String,
) -> Result<(), RegisterError> {
    if !user.roles.contains(&UserRole::Admin) {
        warn!(user.id = %user.id, "ADMIN_EMAIL is the address of somebody who is no administrator: choose another");
        return Ok(());
    }
    if users.passwords.verify(Some(hash), administrator.password.clone()).await? {
        return Ok(());
    }
    let hash = users.passwords.hash(administrator.password.clone()).await?;
    let mut conn = users.database.connect().await?;
    store::credential_update(&mut conn, user.id, &hash, users.clock.now()).await?;
    info!(user.id = %user.id, "Gave the administrator {} the password of the settings", user.id);
    Ok(())
}
