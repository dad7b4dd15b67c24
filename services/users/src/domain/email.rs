//! E-mail addresses, in the one form under which they are unique.

/// What browsers accept for `<input type=email>`, trimmed and in lower case.
///
/// ASCII only: one form per address, so that nobody registers a look-alike of somebody else's.
#[derive(Clone, PartialEq, Eq)]
pub struct Email(String);

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be an e-mail address such as ana@example.com")]
pub struct EmailError;

impl Email {
    /// The longest path that SMTP carries (RFC 5321).
    const MAX: usize = 254;

    pub fn parse(text: &str) -> Result<Self, EmailError> {
        let normal = text.trim().to_ascii_lowercase();
        let (local, domain) = normal.split_once('@').ok_or(EmailError)?;
        let good = normal.len() <= Self::MAX && is_local_part(local) && domain.split('.').all(is_label);
        if good { Ok(Self(normal)) } else { Err(EmailError) }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Addresses stay out of logs, also by accident.
impl std::fmt::Debug for Email {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Email(..)")
    }
}

fn is_local_part(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b".!#$%&'*+/=?^_`{|}~-".contains(&byte);
    (1..=64).contains(&text.len()) && text.bytes().all(allowed)
}

fn is_label(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    (1..=63).contains(&text.len())
        && text.bytes().all(allowed)
        && !text.starts_with('-')
        && !text.ends_with('-')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn spaces_around_and_capitals_make_no_other_address() {
        assert_eq!(Email::parse("  Ana.Ruiz+Shop@Example.COM "), Email::parse("ana.ruiz+shop@example.com"));
    }

    #[test]
    fn what_is_no_address_is_refused() {
        let long = format!("{}@example.com", "a".repeat(65));
        for text in [
            "",
            "ana",
            "@example.com",
            "ana@",
            "a@b@c",
            "ana@-x.com",
            "ana@x..com",
            "a b@x.com",
            "ñ@x.com",
            &long,
        ] {
            assert_eq!(Email::parse(text), Err(EmailError), "{text}");
        }
    }

    #[test]
    fn an_address_is_not_printed() {
        assert_eq!(format!("{:?}", Email::parse("ana@example.com").unwrap()), "Email(..)");
    }

    proptest! {
        #[test]
        fn the_normal_form_is_its_own_normal_form(text in ".{0,80}|[a-zA-Z.+]{1,20}@[a-zA-Z-]{1,9}(\\.[a-z]{2,4}){0,2}") {
            if let Ok(email) = Email::parse(&text) {
                prop_assert_eq!(Email::parse(email.as_str()), Ok(email.clone()));
                prop_assert_eq!(email.as_str().to_lowercase(), email.as_str());
            }
        }
    }
}
