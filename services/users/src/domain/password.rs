//! A password that somebody chose: long enough to resist guessing, short enough to hash, never printed.

use secrecy::{ExposeSecret, SecretString};

/// 12 to 128 characters, any of them; wiped from memory when dropped.
#[derive(Clone, Debug)]
pub struct Password(SecretString);

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be {min} to {max} characters", min = Password::MIN, max = Password::MAX)]
pub struct PasswordError;

impl Password {
    const MIN: usize = 12;
    const MAX: usize = 128;

    pub fn parse(text: SecretString) -> Result<Self, PasswordError> {
        let length = text.expose_secret().chars().count();
        if (Self::MIN..=Self::MAX).contains(&length) { Ok(Self(text)) } else { Err(PasswordError) }
    }

    pub fn into_secret(self) -> SecretString {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_length(characters: usize) -> Result<Password, PasswordError> {
        Password::parse("ñ".repeat(characters).into())
    }

    #[test]
    fn twelve_to_128_characters_make_a_password() {
        assert!(of_length(12).is_ok() && of_length(128).is_ok());
        assert!(of_length(11).is_err() && of_length(129).is_err());
    }

    #[test]
    fn a_password_is_not_printed() {
        let password = Password::parse("correct horse battery".to_owned().into()).unwrap();
        assert!(!format!("{password:?}").contains("horse"));
    }
}
