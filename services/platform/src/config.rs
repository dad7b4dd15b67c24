//! Configuration from the environment, read once at start. A missing or wrong variable names itself.

use std::collections::BTreeMap;
use std::path::Path;
use std::str::FromStr;
use std::sync::{Arc, OnceLock};

use contracts::Role;
use secrecy::SecretString;

use crate::tls::Tls;

#[derive(Clone, Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("variable {0} is not set")]
    Missing(String),
    #[error("variable {name} is wrong: {reason}")]
    Wrong { name: String, reason: String },
}

/// The variables that one role sees: `<ROLE>_<NAME>` goes before `<NAME>`, so that one process can be all roles.
#[derive(Clone)]
pub struct Settings {
    role: Role,
    variables: Arc<BTreeMap<String, String>>,
    tls: Arc<OnceLock<Tls>>,
}

impl Settings {
    pub fn from_env(role: Role) -> Self {
        Self::new(role, std::env::vars())
    }

    pub fn new(role: Role, variables: impl IntoIterator<Item = (String, String)>) -> Self {
        Self { role, variables: Arc::new(variables.into_iter().collect()), tls: Arc::default() }
    }

    pub fn role(&self) -> Role {
        self.role
    }

    /// `None` where it is not set or empty.
    pub fn find(&self, name: &str) -> Option<&str> {
        let own = format!("{}_{name}", self.role.name().to_uppercase());
        let value = self.variables.get(&own).or_else(|| self.variables.get(name));
        value.map(String::as_str).filter(|value| !value.is_empty())
    }

    pub fn text(&self, name: &str) -> Result<&str, ConfigError> {
        self.find(name).ok_or_else(|| ConfigError::Missing(name.to_owned()))
    }

    pub fn secret(&self, name: &str) -> Result<SecretString, ConfigError> {
        self.text(name).map(SecretString::from)
    }

    /// The process's certificate and CAs, of `TLS_DIR`; one for all who need it. `None`: the stack has no TLS.
    pub fn tls(&self) -> Result<Option<Tls>, ConfigError> {
        let Some(folder) = self.find("TLS_DIR") else { return Ok(None) };
        if let Some(tls) = self.tls.get() {
            return Ok(Some(tls.clone()));
        }
        let tls = Tls::in_folder(self.role, Path::new(folder))?;
        Ok(Some(self.tls.get_or_init(|| tls).clone()))
    }

    pub fn parsed<T: FromStr<Err: std::fmt::Display>>(&self, name: &str) -> Result<T, ConfigError> {
        parse(name, self.text(name)?)
    }

    pub fn parsed_or<T: FromStr<Err: std::fmt::Display>>(
        &self,
        name: &str,
        default: T,
    ) -> Result<T, ConfigError> {
        self.find(name).map_or(Ok(default), |value| parse(name, value))
    }
}

fn parse<T: FromStr<Err: std::fmt::Display>>(name: &str, value: &str) -> Result<T, ConfigError> {
    value
        .parse()
        .map_err(|error: T::Err| ConfigError::Wrong { name: name.to_owned(), reason: error.to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(variables: &[(&str, &str)]) -> Settings {
        Settings::new(
            Role::Orders,
            variables.iter().map(|(name, value)| (name.to_string(), value.to_string())),
        )
    }

    #[test]
    fn the_roles_own_variable_goes_first() {
        let both = settings(&[("DATABASE_URL", "shared"), ("ORDERS_DATABASE_URL", "own")]);
        assert_eq!(both.text("DATABASE_URL").unwrap(), "own");
    }

    #[test]
    fn errors_name_the_variable() {
        let wrong = settings(&[("PORT", "many"), ("EMPTY", "")]);
        assert_eq!(wrong.text("EMPTY").unwrap_err().to_string(), "variable EMPTY is not set");
        let error = wrong.parsed::<u16>("PORT").unwrap_err().to_string();
        assert_eq!(error, "variable PORT is wrong: invalid digit found in string");
    }
}
