//! The person whom news is for, and on which channels they are told.

use contracts::api::notifications::{Channel, ChannelChoice};
use contracts::api::users::{Locale, UserRole};

use super::{Phone, Template};

/// What somebody has chosen, or the shop for them until they do.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    pub locale: Locale,
    pub phone: Option<Phone>,
    pub order_news: ChannelChoice,
    /// Grows with each change; 0: nothing was ever chosen.
    pub version: i64,
}

impl Choice {
    /// An SMS costs money and comes at night: only who asks for it gets it. A browser has been asked already.
    pub fn unmade(locale: Locale) -> Self {
        let order_news = ChannelChoice { email: true, sms: false, web_push: true };
        Self { locale, phone: None, order_news, version: 0 }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct Audience {
    pub roles: Vec<UserRole>,
    pub choice: Choice,
    /// Some browser of theirs has subscribed.
    pub has_browser: bool,
}

impl Audience {
    /// On which of the shop's channels they are told; none: they are not told.
    pub fn channels(&self, template: &Template, of_shop: &[Channel]) -> Vec<Channel> {
        if template.for_sellers && !self.roles.contains(&UserRole::Seller) {
            return Vec::new();
        }
        let wants = |channel: &Channel| match channel {
            Channel::Email => template.required || self.choice.order_news.email,
            Channel::Sms => template.everywhere && self.choice.order_news.sms && self.choice.phone.is_some(),
            Channel::WebPush => template.everywhere && self.choice.order_news.web_push && self.has_browser,
        };
        of_shop.iter().copied().filter(wants).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::news::{INVOICE_ISSUED, ORDER_CONFIRMED, ORDER_SHIPPED, STOCK_LOW};
    use super::*;

    fn someone() -> Audience {
        let order_news = ChannelChoice { email: true, sms: true, web_push: true };
        let phone = Phone::parse("+34600111222").ok();
        let choice = Choice { phone, order_news, ..Choice::unmade(Locale::En) };
        Audience { roles: vec![UserRole::Customer], choice, has_browser: true }
    }

    #[test]
    fn who_wants_everything_gets_it_where_the_shop_has_it() {
        assert_eq!(someone().channels(&ORDER_SHIPPED, &Channel::ALL), Channel::ALL);
        assert_eq!(someone().channels(&ORDER_SHIPPED, &[Channel::Sms]), [Channel::Sms]);
        assert_eq!(someone().channels(&ORDER_SHIPPED, &[]), []);
    }

    #[test]
    fn who_wants_nothing_still_gets_what_they_must_know_by_email() {
        let mut quiet = someone();
        quiet.choice.order_news = ChannelChoice { email: false, sms: false, web_push: false };
        assert_eq!(quiet.channels(&ORDER_SHIPPED, &Channel::ALL), []);
        assert_eq!(quiet.channels(&ORDER_CONFIRMED, &Channel::ALL), [Channel::Email]);
    }

    #[test]
    fn an_invoice_is_a_mail_and_nothing_else() {
        assert_eq!(someone().channels(&INVOICE_ISSUED, &Channel::ALL), [Channel::Email]);
    }

    #[test]
    fn without_a_phone_or_a_browser_there_is_only_mail() {
        let mut plain = someone();
        (plain.choice.phone, plain.has_browser) = (None, false);
        assert_eq!(plain.channels(&ORDER_CONFIRMED, &Channel::ALL), [Channel::Email]);
    }

    #[test]
    fn news_for_sellers_reach_sellers_only() {
        let mut seller = someone();
        assert_eq!(seller.channels(&STOCK_LOW, &Channel::ALL), []);
        seller.roles.push(UserRole::Seller);
        assert_eq!(seller.channels(&STOCK_LOW, &Channel::ALL), Channel::ALL);
    }
}
