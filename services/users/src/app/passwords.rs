//! Argon2id with OWASP's parameters, away from the threads that answer requests, and few at once.

use std::sync::Arc;
use std::time::Duration;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Semaphore;

/// Each one takes 19 MiB, and a pod has 128: more at once would end it.
const AT_ONCE: usize = 2;

/// Who waits longer is better off trying again.
const PATIENCE: Duration = Duration::from_secs(3);

/// OWASP's first choice: 19 MiB, two passes, one lane.
const PARAMS: Params = match Params::new(19 * 1024, 2, 1, None) {
    Ok(params) => params,
    Err(_) => panic!("the parameters are within Argon2's bounds"),
};

/// Hash of a password that nobody knows, made with [`PARAMS`]; compared when there is no user, so that it takes as long.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$JD2Z7zhJXLCvGfEXc4s4Tg$i5P6OZCH7cJq2V2TRxQwmM0Zb1N9Tz0c3s1Y3iN4B1A";

#[derive(Clone)]
pub struct Passwords {
    turns: Arc<Semaphore>,
    patience: Duration,
}

/// Too many passwords are being hashed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too many log-ins at once")]
pub struct Busy;

impl Passwords {
    pub fn new() -> Self {
        Self { turns: Arc::new(Semaphore::new(AT_ONCE)), patience: PATIENCE }
    }

    /// With a salt of its own, in the PHC string format.
    pub async fn hash(&self, password: SecretString) -> Result<String, Busy> {
        self.blocking(move || {
            let hash = argon2().hash_password(password.expose_secret().as_bytes());
            hash.expect("a password of an HTTP request and a fresh salt can be hashed").to_string()
        })
        .await
    }

    /// Takes the same time without a hash as with one that does not match.
    pub async fn verify(&self, hash: Option<String>, password: SecretString) -> Result<bool, Busy> {
        self.blocking(move || {
            let hash_text = hash.as_deref().unwrap_or(NOBODY);
            let expected = PasswordHash::new(hash_text).expect("only hashes of our own making are stored");
            let matches = argon2().verify_password(password.expose_secret().as_bytes(), &expected).is_ok();
            matches && hash.is_some()
        })
        .await
    }

    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Busy> {
        let turn = tokio::time::timeout(self.patience, self.turns.clone().acquire_owned()).await;
        let turn = turn.map_err(|_| Busy)?.expect("the semaphore is never closed");
        let done = tokio::task::spawn_blocking(move || {
            // Held by the work, not by the request: a client that hangs up frees no memory.
            let _turn = turn;
            work()
        });
        Ok(done.await.expect("hashing does not panic"))
    }
}

fn argon2() -> Argon2<'static> {
    Argon2::new(Algorithm::Argon2id, Version::V0x13, PARAMS)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &str) -> SecretString {
        text.to_owned().into()
    }

    #[tokio::test]
    async fn a_hash_matches_its_own_password_only_and_never_comes_twice() {
        let passwords = Passwords::new();
        let hash = passwords.hash(secret("correct horse battery")).await.unwrap();
        assert!(passwords.verify(Some(hash.clone()), secret("correct horse battery")).await.unwrap());
        assert!(!passwords.verify(Some(hash.clone()), secret("correct horse batterY")).await.unwrap());
        assert!(!passwords.verify(None, secret("correct horse battery")).await.unwrap());
        assert_ne!(passwords.hash(secret("correct horse battery")).await.unwrap(), hash);
    }

    #[tokio::test]
    async fn nobodys_hash_costs_what_a_users_hash_costs() {
        let hash = Passwords::new().hash(secret("correct horse battery")).await.unwrap();
        let (fresh, nobody) = (PasswordHash::new(&hash).unwrap(), PasswordHash::new(NOBODY).unwrap());
        assert_eq!(fresh.params.to_string(), "m=19456,t=2,p=1");
        assert_eq!((nobody.algorithm, nobody.version), (fresh.algorithm, fresh.version));
        assert_eq!(nobody.params, fresh.params);
        assert_eq!(nobody.hash.map(|hash| hash.len()), fresh.hash.map(|hash| hash.len()));
    }

    #[tokio::test]
    async fn who_waits_too_long_is_sent_away() {
        let passwords = Passwords { patience: Duration::from_millis(1), ..Passwords::new() };
        let _all = passwords.turns.clone().acquire_many_owned(2).await.unwrap();
        assert_eq!(passwords.hash(secret("correct horse battery")).await, Err(Busy));
    }
}
