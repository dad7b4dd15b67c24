//! A phone number as E.164 has it.

/// `+`, then 7 to 15 digits of which the first is not 0. Not printed: it is somebody's.
#[derive(Clone, PartialEq, Eq)]
pub struct Phone(String);

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a phone number is '+', the country's code and the number, 7 to 15 digits: +34600111222")]
pub struct PhoneError;

impl Phone {
    /// Spaces, dots, dashes and brackets are how people group digits; they are dropped.
    pub fn parse(text: &str) -> Result<Self, PhoneError> {
        let plain: String = text.chars().filter(|c| !" .-()".contains(*c)).collect();
        let digits = plain.strip_prefix('+').ok_or(PhoneError)?;
        let fits = (7..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
        if fits && !digits.starts_with('0') { Ok(Self(plain)) } else { Err(PhoneError) }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Phone {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Phone(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phone_number_is_kept_as_digits_however_it_is_grouped() {
        for text in ["+34600111222", "+34 600 111 222", "+34 (600) 111-222", "+34.600.111.222"] {
            assert_eq!(Phone::parse(text).unwrap().as_str(), "+34600111222", "{text}");
        }
    }

    #[test]
    fn what_cannot_be_called_from_anywhere_is_refused() {
        for text in [
            "",
            "600111222",
            "+0034600111222",
            "+346001",
            "+3460011122233344",
            "+34x00111222",
            "++34600111222",
            "+٣٤٦٠٠١١١٢٢٢",
        ] {
            assert_eq!(Phone::parse(text), Err(PhoneError), "{text}");
        }
    }

    #[test]
    fn a_phone_number_does_not_show_in_logs() {
        assert_eq!(format!("{:?}", Phone::parse("+34600111222").unwrap()), "Phone(..)");
    }
}
