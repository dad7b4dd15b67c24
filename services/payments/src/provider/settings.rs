//! Which provider this shop has, and what it needs for it.

use platform::{ConfigError, Settings};
use url::Url;

pub fn wrong(name: &str, reason: &str) -> ConfigError {
    ConfigError::Wrong { name: name.to_owned(), reason: reason.to_owned() }
}

pub fn base_url(settings: &Settings, name: &str, default: &str) -> Result<Url, ConfigError> {
    let url: Url =
        settings.find(name).unwrap_or(default).parse().map_err(|_| wrong(name, "it must be a URL"))?;
    let has_form = ["http", "https"].contains(&url.scheme()) && url.host().is_some() && url.path() == "/";
    if has_form { Ok(url) } else { Err(wrong(name, "it must be https://host, without a path")) }
}

/// Segments are escaped: what a provider once called an object can't lead anywhere else.
pub fn below(base: &Url, path: &[&str]) -> Url {
    let mut url = base.clone();
    url.path_segments_mut().expect("an http URL has a path").clear().extend(path);
    url
}
