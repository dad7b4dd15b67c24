//! A letter as a mail, an SMS or a browser's notification.

use askama::Template;
use contracts::api::users::Locale;
use url::Url;

use crate::domain::Letter;

/// Who writes.
#[derive(Clone, Debug)]
pub struct Shop {
    pub name: String,
    /// Where its pages are; without it there are no links.
    pub url: Option<Url>,
}

/// Ready to be sent; each channel takes what it can carry. Not printed: it is somebody's.
#[derive(Clone, PartialEq)]
pub struct Message {
    pub subject: String,
    pub text: String,
    pub html: String,
    pub short: String,
    pub link: Option<String>,
    pub language: &'static str,
}

#[derive(Template)]
#[template(path = "mail.html")]
struct MailHtml<'a> {
    letter: &'a Letter,
    shop: &'a Shop,
    link: Option<&'a str>,
    language: &'a str,
}

#[derive(Template)]
#[template(path = "mail.txt")]
struct MailText<'a> {
    letter: &'a Letter,
    shop: &'a Shop,
    link: Option<&'a str>,
}

pub fn render(letter: &Letter, shop: &Shop) -> Message {
    let page = letter.order_id.zip(shop.url.as_ref());
    let link = page.and_then(|(order, shop)| shop.join(&format!("orders/{order}")).ok()).map(String::from);
    let language = match letter.locale {
        Locale::En => "en",
        Locale::Es => "es",
    };
    let html = MailHtml { letter, shop, link: link.as_deref(), language }.render();
    let text = MailText { letter, shop, link: link.as_deref() }.render();
    Message {
        subject: letter.subject.clone(),
        text: text.expect("mails are written to memory"),
        html: html.expect("mails are written to memory"),
        short: format!("{}: {}", shop.name, letter.short),
        link,
        language,
    }
}

#[cfg(test)]
mod tests;
