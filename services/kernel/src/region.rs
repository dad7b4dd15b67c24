//! Where stock lies.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One to 32 characters of `a-z`, `0-9` and `-`, starting and ending with a letter or digit: `eu-west`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(extend("pattern" = "^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$"))]
pub struct Region(String);

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a region is 1 to 32 of a-z, 0-9 and '-', and starts and ends with a letter or digit")]
pub struct RegionError;

impl Region {
    pub fn parse(text: &str) -> Result<Self, RegionError> {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        let bytes = text.as_bytes();
        let ends_well =
            bytes.first().is_some_and(|byte| plain(*byte)) && bytes.last().is_some_and(|byte| plain(*byte));
        (text.len() <= 32 && ends_well && text.bytes().all(|byte| plain(byte) || byte == b'-'))
            .then(|| Self(text.to_owned()))
            .ok_or(RegionError)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The one region of a shop that knows no others.
impl Default for Region {
    fn default() -> Self {
        Self("main".to_owned())
    }
}

impl TryFrom<String> for Region {
    type Error = RegionError;

    fn try_from(text: String) -> Result<Self, RegionError> {
        Self::parse(&text)
    }
}

impl From<Region> for String {
    fn from(region: Region) -> Self {
        region.0
    }
}

impl std::str::FromStr for Region {
    type Err = RegionError;

    fn from_str(text: &str) -> Result<Self, RegionError> {
        Self::parse(text)
    }
}

impl std::fmt::Display for Region {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_keeps_its_text_and_the_default_is_one() {
        for text in ["eu-west", "a", "main", "1"] {
            assert_eq!(Region::parse(text).unwrap().as_str(), text);
        }
        assert_eq!(Region::parse(Region::default().as_str()), Ok(Region::default()));
    }

    #[test]
    fn upper_case_spaces_empty_and_long_texts_are_refused() {
        for text in ["", "EU", "eu west", "-eu", "eu-", &"a".repeat(33), "ü"] {
            assert_eq!(Region::parse(text), Err(RegionError), "{text}");
        }
    }
}
