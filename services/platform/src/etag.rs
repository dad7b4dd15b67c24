//! `ETag` and `If-Match`: a change is made to what its author has seen, or not at all (RFC 9110, 13.1.1).

use std::fmt::Display;
use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::{ETAG, HeaderName, IF_MATCH};
use actix_web::{FromRequest, HttpRequest};

use crate::Problem;

/// The header that names what is shown: a strong tag, made of its version.
pub fn etag(version: impl Display) -> (HeaderName, String) {
    (ETAG, format!("\"{version}\""))
}

/// What the caller means to change; as an extractor it answers 428 to those who don't say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IfMatch {
    /// `*`: whatever it has become.
    Any,
    /// As it was under one of these tags.
    Tags(Vec<String>),
}

impl IfMatch {
    /// To be asked while the row is locked: a version that was read before may be an old one.
    pub fn allows(&self, version: impl Display) -> bool {
        match self {
            Self::Any => true,
            Self::Tags(tags) => tags.contains(&version.to_string()),
        }
    }

    fn parse(text: &str) -> Option<Self> {
        if text.trim() == "*" {
            return Some(Self::Any);
        }
        let tags = text.split(',').map(|tag| tag.trim()).filter(|tag| !tag.is_empty());
        let tags = tags.map(opaque).collect::<Option<Vec<_>>>()?;
        // Weak tags don't count here, but they are no error.
        let strong = tags.into_iter().flatten().collect();
        Some(Self::Tags(strong))
    }
}

/// `None`: no entity tag; `Some(None)`: a weak one. Tags of ours hold no comma, so they may be told apart by it.
fn opaque(tag: &str) -> Option<Option<String>> {
    let (weak, quoted) = tag.strip_prefix("W/").map_or((false, tag), |rest| (true, rest));
    let inner = quoted.strip_prefix('"')?.strip_suffix('"')?;
    let plain = inner.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'"');
    plain.then(|| (!weak).then(|| inner.to_owned()))
}

impl FromRequest for IfMatch {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let lines: Vec<_> = request.headers().get_all(IF_MATCH).map(|line| line.to_str()).collect();
        ready(match lines.into_iter().collect::<Result<Vec<_>, _>>() {
            Ok(lines) if lines.is_empty() => Err(required()),
            Ok(lines) => Self::parse(&lines.join(",")).ok_or_else(malformed),
            Err(_) => Err(malformed()),
        })
    }
}

fn required() -> Problem {
    Problem::new(
        StatusCode::PRECONDITION_REQUIRED,
        "precondition-required",
        "This change needs an If-Match header with the ETag of what is to be changed",
    )
}

fn malformed() -> Problem {
    Problem::malformed("if-match-invalid", "If-Match is `*` or a list of quoted entity tags")
}

/// 412: somebody else was faster.
pub fn precondition_failed() -> Problem {
    Problem::new(
        StatusCode::PRECONDITION_FAILED,
        "precondition-failed",
        "It has changed since you saw it; look again",
    )
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    async fn extracted(lines: &[&str]) -> Result<IfMatch, &'static str> {
        let request = lines
            .iter()
            .fold(TestRequest::default(), |request, line| request.append_header((IF_MATCH, *line)));
        IfMatch::extract(&request.to_http_request()).await.map_err(|problem| problem.code())
    }

    #[actix_web::test]
    async fn only_the_version_that_was_seen_is_allowed() {
        let seen = extracted(&[r#""3""#]).await.unwrap();
        assert_eq!([2, 3, 4].map(|version| seen.allows(version)), [false, true, false]);
        assert!(extracted(&["*"]).await.unwrap().allows(9));
        for lines in [&[r#""1", "2""#][..], &[r#""1""#, r#""2""#]] {
            let either = extracted(lines).await.unwrap();
            assert_eq!([1, 2, 3].map(|version| either.allows(version)), [true, true, false]);
        }
    }

    #[actix_web::test]
    async fn a_weak_tag_matches_nothing() {
        assert!(!extracted(&[r#"W/"3""#]).await.unwrap().allows(3));
    }

    #[actix_web::test]
    async fn what_is_missing_or_malformed_is_told() {
        assert_eq!(extracted(&[]).await, Err("precondition-required"));
        for line in ["3", "\"3", "\"a b\"", "*, \"3\"", "\"3\" \"4\"", "w/\"3\""] {
            assert_eq!(extracted(&[line]).await, Err("if-match-invalid"), "{line}");
        }
    }

    #[test]
    fn a_tag_is_quoted() {
        assert_eq!(etag(7), (ETAG, "\"7\"".to_owned()));
    }
}
