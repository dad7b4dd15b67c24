//! What a person reads: the same words for every channel, of which each takes what fits.

use contracts::api::users::Locale;
use kernel::OrderId;

use super::{News, english, spanish};

#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Letter {
    pub locale: Locale,
    pub subject: String,
    pub greeting: String,
    /// What has happened.
    pub body: String,
    /// What belongs to it: label and value.
    pub facts: Vec<(&'static str, String)>,
    /// What happens next, or what the reader can do.
    pub next: String,
    /// All of it in the length of an SMS.
    pub short: String,
    /// What the link says, where the shop has an address of its own.
    pub link: &'static str,
    /// Why they get it.
    pub reason: &'static str,
    pub order_id: Option<OrderId>,
}

/// In the reader's language.
pub fn write(news: &News, name: &str, locale: Locale) -> Letter {
    match locale {
        Locale::En => english::letter(news, name),
        Locale::Es => spanish::letter(news, name),
    }
}

/// What is said instead of the whole number: its last eight digits, in which orders differ.
pub(super) fn short_number(order: OrderId) -> String {
    let all = order.0.simple().to_string().to_uppercase();
    all[all.len() - 8..].to_owned()
}

/// The words that differ from news to news; the rest of a [`Letter`] is the language's.
pub(super) struct Words {
    pub subject: String,
    pub body: String,
    pub facts: Vec<(&'static str, String)>,
    pub next: String,
    pub short: String,
}

impl Words {
    pub fn new(
        subject: impl Into<String>,
        body: impl Into<String>,
        next: impl Into<String>,
        short: impl Into<String>,
    ) -> Self {
        Self {
            subject: subject.into(),
            body: body.into(),
            facts: Vec::new(),
            next: next.into(),
            short: short.into(),
        }
    }

    pub fn fact(mut self, label: &'static str, value: impl Into<String>) -> Self {
        self.facts.push((label, value.into()));
        self
    }
}
