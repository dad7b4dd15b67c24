//! Stock keeping unit: what is sold and counted.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One to 40 characters of `A-Z`, `0-9`, `.`, `_` and `-`, starting with a letter or digit.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(extend("pattern" = "^[A-Z0-9][A-Z0-9._-]{0,39}$"))]
pub struct Sku(String);

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a SKU is 1 to 40 of A-Z, 0-9, '.', '_' and '-', and starts with a letter or digit")]
pub struct SkuError;

impl Sku {
    pub fn parse(text: &str) -> Result<Self, SkuError> {
        let allowed = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || b"._-".contains(&byte);
        let starts_well = text.as_bytes().first().is_some_and(u8::is_ascii_alphanumeric);
        (text.len() <= 40 && starts_well && text.bytes().all(allowed))
            .then(|| Self(text.to_owned()))
            .ok_or(SkuError)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Sku {
    type Error = SkuError;

    fn try_from(text: String) -> Result<Self, SkuError> {
        Self::parse(&text)
    }
}

impl From<Sku> for String {
    fn from(sku: Sku) -> Self {
        sku.0
    }
}

impl std::fmt::Display for Sku {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sku_keeps_its_text() {
        assert_eq!(Sku::parse("CHAIR-1.RED").unwrap().as_str(), "CHAIR-1.RED");
    }

    #[test]
    fn lower_case_spaces_empty_and_long_texts_are_refused() {
        for text in ["", "chair", "A B", "-A", &"A".repeat(41), "Ä1"] {
            assert_eq!(Sku::parse(text), Err(SkuError), "{text}");
        }
    }
}
