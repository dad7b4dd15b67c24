//! Where a shop is.

use std::net::IpAddr;
use std::str::FromStr;

use url::{Host, Url};

/// An http or https URL without a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address(Url);

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    #[error("not a URL: {0}")]
    Malformed(#[from] url::ParseError),
    #[error("a shop's address looks like http://shop.localhost:8080, with neither path nor query")]
    NotAnOrigin,
}

impl Address {
    /// Whether it can only be this machine.
    pub fn is_loopback(&self) -> bool {
        match self.0.host() {
            Some(Host::Domain(name)) => is_localhost(name),
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => IpAddr::V6(address).to_canonical().is_loopback(),
            None => false,
        }
    }

    /// `path` begins with a slash.
    pub fn join(&self, path: &str) -> String {
        format!("{}{path}", self.0.as_str().trim_end_matches('/'))
    }
}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        let url: Url = text.parse()?;
        let origin = matches!(url.scheme(), "http" | "https")
            && url.host().is_some()
            && url.path() == "/"
            && url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty();
        if origin { Ok(Self(url)) } else { Err(AddressError::NotAnOrigin) }
    }
}

impl std::fmt::Display for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0.as_str().trim_end_matches('/'))
    }
}

/// RFC 6761: `localhost` and everything below it is loopback.
pub(crate) fn is_localhost(name: &str) -> bool {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    name == "localhost" || name.ends_with(".localhost")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_loopback() {
        let here = [
            "http://shop.localhost:8080",
            "http://localhost",
            "http://127.0.0.1:1",
            "http://127.9.9.9",
            "http://[::1]:80",
        ];
        let elsewhere =
            ["http://example.com", "http://localhost.example.com", "http://10.0.0.1", "http://notlocalhost"];
        for (addresses, expected) in [(&here[..], true), (&elsewhere[..], false)] {
            for address in addresses {
                assert_eq!(address.parse::<Address>().unwrap().is_loopback(), expected, "{address}");
            }
        }
    }

    #[test]
    fn an_address_has_no_path() {
        for text in
            ["http://shop/api", "ftp://shop", "shop.localhost:8080", "http://shop?x=1", "http://me@shop"]
        {
            assert!(text.parse::<Address>().is_err(), "{text}");
        }
    }
}
