//! What a person wants to be called.

/// 1 to 200 characters without control characters, trimmed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonName(String);

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be 1 to {max} characters without line breaks", max = PersonName::MAX)]
pub struct NameError;

impl PersonName {
    const MAX: usize = 200;

    pub fn parse(text: &str) -> Result<Self, NameError> {
        let text = text.trim();
        let length = text.chars().count();
        let good = (1..=Self::MAX).contains(&length) && !text.chars().any(char::is_control);
        if good { Ok(Self(text.to_owned())) } else { Err(NameError) }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_counts_characters_not_bytes() {
        assert!(PersonName::parse(&"ñ".repeat(200)).is_ok());
        assert_eq!(PersonName::parse(&"ñ".repeat(201)), Err(NameError));
    }

    #[test]
    fn blank_names_and_control_characters_are_refused() {
        for text in ["", "  ", "Ana\nRuiz", "Ana\0"] {
            assert_eq!(PersonName::parse(text), Err(NameError), "{text:?}");
        }
    }
}
