//! SMS through any provider that takes one HTTP request per message.

use std::time::Duration;

use futures::FutureExt;
use futures::future::BoxFuture;
use kernel::Clock;
use reqwest::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use reqwest::{Client, Method};
use serde_json::Value;
use url::{Url, form_urlencoded};

use super::{Courier, Outcome, Parcel, Receipt, Recipient, answer};

pub struct Sms {
    pub http: Client,
    pub clock: Clock,
    pub url: Url,
    pub method: Method,
    /// Marked as sensitive, so that it is never printed.
    pub authorization: Option<(HeaderName, HeaderValue)>,
    pub body: Body,
    pub timeout: Duration,
}

/// What is sent, with `{to}` and `{text}` where they belong. Values are put in after parsing, so no text can break out.
#[derive(Clone, Debug, PartialEq)]
pub enum Body {
    Json(Value),
    Form(Vec<(String, String)>),
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BodyError {
    #[error("it is neither a JSON object nor a form like To={{to}}&Body={{text}}")]
    Shape,
    #[error("{{to}} or {{text}} is not in it")]
    Incomplete,
}

impl Body {
    pub fn parse(template: &str) -> Result<Self, BodyError> {
        let body = match serde_json::from_str(template) {
            Ok(object @ Value::Object(_)) => Self::Json(object),
            _ if template.contains('=') && !template.trim_start().starts_with('{') => {
                Self::Form(form_urlencoded::parse(template.as_bytes()).into_owned().collect())
            }
            _ => return Err(BodyError::Shape),
        };
        // Other marks than the template can hold, to see whether both arrive.
        let filled = body.fill("\u{1}", "\u{2}");
        let arrives = |plain: &str, json: &str, form: &str| {
            [plain, json, form].iter().any(|mark| filled.contains(mark))
        };
        let complete = arrives("\u{1}", "\\u0001", "%01") && arrives("\u{2}", "\\u0002", "%02");
        if complete { Ok(body) } else { Err(BodyError::Incomplete) }
    }

    fn content_type(&self) -> &'static str {
        match self {
            Self::Json(_) => "application/json",
            Self::Form(_) => "application/x-www-form-urlencoded",
        }
    }

    fn fill(&self, to: &str, text: &str) -> String {
        match self {
            Self::Json(value) => filled(value, to, text).to_string(),
            Self::Form(pairs) => form_urlencoded::Serializer::new(String::new())
                .extend_pairs(pairs.iter().map(|(name, value)| (name, put(value, to, text))))
                .finish(),
        }
    }
}

/// The text last: what it says is never looked through again.
fn put(value: &str, to: &str, text: &str) -> String {
    value.replace("{to}", to).replace("{text}", text)
}

fn filled(value: &Value, to: &str, text: &str) -> Value {
    match value {
        Value::String(value) => put(value, to, text).into(),
        Value::Array(values) => values.iter().map(|value| filled(value, to, text)).collect(),
        Value::Object(fields) => {
            fields.iter().map(|(name, value)| (name.clone(), filled(value, to, text))).collect()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
    }
}

impl Courier for Sms {
    fn deliver<'a>(&'a self, parcel: &'a Parcel) -> BoxFuture<'a, Receipt> {
        async move {
            let Recipient::Sms { phone } = &parcel.recipient else { return Outcome::misdirected().into() };
            let mut request = self
                .http
                .request(self.method.clone(), self.url.clone())
                .timeout(self.timeout)
                .header(CONTENT_TYPE, self.body.content_type())
                .header("idempotency-key", parcel.id.to_string())
                .body(self.body.fill(phone, &parcel.message.short));
            if let Some((name, value)) = &self.authorization {
                request = request.header(name, value);
            }
            let answer = request.send().await;
            answer::outcome("the SMS provider", &answer, self.clock.now()).into()
        }
        .boxed()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_body_is_json_or_a_form_with_both_places() {
        for good in [
            r#"{"to":"{to}","text":"{text}"}"#,
            r#"{"messages":[{"recipients":["{to}"],"content":{"body":"Shop: {text}"}}],"from":1}"#,
            "To={to}&From=%2B1555&Body={text}",
        ] {
            assert!(Body::parse(good).is_ok(), "{good}");
        }
        for bad in [r#"{"to":"{to}"}"#, r#"{"text":"{text}"}"#, "To={to}", r#"{"{to}":"{text}"}"#] {
            assert_eq!(Body::parse(bad), Err(BodyError::Incomplete), "{bad}");
        }
        for bad in ["", "{to} {text}", r#"["{to}","{text}"]"#, r#"{"to":"{to}","text":"{text}""#] {
            assert_eq!(Body::parse(bad), Err(BodyError::Shape), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn no_text_breaks_out_of_its_place(text in ".*") {
            let json = Body::parse(r#"{"to":"{to}","text":"{text}"}"#).unwrap().fill("+34600111222", &text);
            let expected = json!({ "to": "+34600111222", "text": text });
            prop_assert_eq!(serde_json::from_str::<Value>(&json).unwrap(), expected);

            let form = Body::parse("To={to}&Body={text}").unwrap().fill("+34600111222", &text);
            let pairs: Vec<(String, String)> = form_urlencoded::parse(form.as_bytes()).into_owned().collect();
            let expected = [("To".to_owned(), "+34600111222".to_owned()), ("Body".to_owned(), text)];
            prop_assert_eq!(pairs, expected);
        }
    }
}
