//! Which Prometheus: where it is, who we are to it, and whose word we take for who it is.

use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};

use reqwest::RequestBuilder;
use secrecy::{ExposeSecret, SecretString};

use crate::pki::Keyed;

/// Equal by content: stacks that name the same one are asked for together.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Server {
    /// Perhaps with a path, never with a user or a query.
    pub url: String,
    pub credentials: Option<Credentials>,
    /// In PEM. It alone is trusted then; without it the machine's authorities are.
    pub ca: Option<String>,
    /// Who we are to it, where it asks for a certificate: shown only to one that `ca` vouches for.
    pub certificate: Option<Keyed>,
}

#[derive(Clone, Debug)]
pub enum Credentials {
    Bearer(SecretString),
    Basic { username: String, password: SecretString },
}

impl Server {
    /// Without credentials.
    pub fn open(url: impl Into<String>) -> Self {
        Self { url: url.into(), credentials: None, ca: None, certificate: None }
    }

    pub fn authorize(&self, request: RequestBuilder) -> RequestBuilder {
        match &self.credentials {
            None => request,
            Some(Credentials::Bearer(token)) => request.bearer_auth(token.expose_secret()),
            Some(Credentials::Basic { username, password }) => {
                request.basic_auth(username, Some(password.expose_secret()))
            }
        }
    }
}

impl Credentials {
    /// From a Secret's data: `token`, or `username` and `password`.
    pub fn from_data(data: &BTreeMap<String, Vec<u8>>) -> Result<Self, String> {
        // An editor's newline at the end is no part of a token, and no header could carry it.
        let text = |key: &str| {
            let value =
                data.get(key).map(|value| std::str::from_utf8(value).map(|text| text.trim_end().to_owned()));
            match value {
                Some(Ok(text)) if !text.is_empty() && !text.contains(char::is_control) => Ok(Some(text)),
                Some(_) => Err(format!("{key} is empty, or no plain text")),
                None => Ok(None),
            }
        };
        match (text("token")?, text("username")?, text("password")?) {
            (Some(token), None, None) => Ok(Self::Bearer(token.into())),
            (None, Some(username), Some(password)) => Ok(Self::Basic { username, password: password.into() }),
            _ => Err("it must hold either token, or username and password".to_owned()),
        }
    }

    fn parts(&self) -> (Option<&str>, &str) {
        match self {
            Self::Bearer(token) => (None, token.expose_secret()),
            Self::Basic { username, password } => (Some(username), password.expose_secret()),
        }
    }
}

impl PartialEq for Credentials {
    fn eq(&self, other: &Self) -> bool {
        self.parts() == other.parts()
    }
}

impl Eq for Credentials {}

impl Hash for Credentials {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.parts().hash(state);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn data(pairs: &[(&str, &str)]) -> BTreeMap<String, Vec<u8>> {
        pairs.iter().map(|(key, value)| ((*key).to_owned(), value.as_bytes().to_vec())).collect()
    }

    #[test]
    fn a_secret_holds_a_token_or_a_name_and_a_password() {
        let token = Credentials::from_data(&data(&[("token", "s3cret\n"), ("note", "x")])).unwrap();
        assert_eq!(token, Credentials::Bearer("s3cret".into()));
        let basic = Credentials::from_data(&data(&[("username", "me"), ("password", "s3cret")])).unwrap();
        assert_eq!(basic, Credentials::Basic { username: "me".into(), password: "s3cret".into() });
        let server = Server { credentials: Some(basic), ..Server::open("http://p") };
        assert!(!format!("{server:?}").contains("s3cret"));
    }

    #[test]
    fn a_secret_that_is_neither_is_refused_without_telling_it() {
        let cases: [&[(&str, &str)]; 6] = [
            &[],
            &[("username", "me")],
            &[("password", "s3cret")],
            &[("token", "s3cret"), ("username", "me"), ("password", "s3cret")],
            &[("token", "s3cret\r\nX-Other: 1")],
            &[("token", "")],
        ];
        for given in cases {
            let why = Credentials::from_data(&data(given)).unwrap_err();
            assert!(why.contains("token") && !why.contains("s3cret"), "{why}");
        }
    }
}
