//! What a Secret of the user's holds, read key by key. What is wrong is told by the key, and no value is.

use std::collections::BTreeMap;
use std::net::IpAddr;

use crate::names;

pub struct Fields<'a>(pub &'a BTreeMap<String, Vec<u8>>);

impl Fields<'_> {
    /// An editor's newline at the end is no part of it.
    pub fn find(&self, key: &str) -> Result<Option<String>, String> {
        let Some(value) = self.0.get(key) else { return Ok(None) };
        let text = std::str::from_utf8(value).map(str::trim_end).unwrap_or_default();
        if text.is_empty() || text.contains(char::is_control) {
            return Err(format!("{key} is empty, or no plain text"));
        }
        Ok(Some(text.to_owned()))
    }

    pub fn need(&self, key: &str) -> Result<String, String> {
        self.find(key)?.ok_or_else(|| format!("it must hold {key}"))
    }

    pub fn host(&self, key: &str) -> Result<Option<String>, String> {
        let Some(name) = self.find(key)? else { return Ok(None) };
        let known = names::is_subdomain(&name.to_lowercase()) || name.parse::<IpAddr>().is_ok();
        known
            .then_some(Some(name))
            .ok_or_else(|| format!("{key} must be a name or an address, without a port"))
    }

    pub fn port(&self, key: &str, usual: u16) -> Result<u16, String> {
        let Some(text) = self.find(key)? else { return Ok(usual) };
        text.parse().ok().filter(|port| *port > 0).ok_or_else(|| format!("{key} is no port"))
    }

    pub fn pem(&self, key: &str) -> Result<Option<String>, String> {
        let Some(value) = self.0.get(key) else { return Ok(None) };
        let text = String::from_utf8(value.clone()).ok().filter(|text| text.contains("BEGIN CERTIFICATE"));
        text.map(Some).ok_or_else(|| format!("{key} is no certificate in PEM"))
    }
}
