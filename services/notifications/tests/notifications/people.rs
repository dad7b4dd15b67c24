//! People who buy, and what becomes of their orders.

use contracts::Envelope;
use contracts::api::Page;
use contracts::api::notifications::{
    ChannelChoice, NotificationPreferences, NotificationStatus, NotificationView,
};
use contracts::api::users::{Locale, UserRole};
use contracts::messages::orders::{OrderConfirmed, OrderShipped};
use contracts::messages::users::UserRegistered;
use kernel::{Currency, Money, OrderId, UserId};
use notifications::SERVICE;
use serde_json::Value;
use testkit::{Response, TestApp, eventually};

use crate::mail_server::MailServer;

pub struct Person {
    pub who: (UserId, Vec<UserRole>),
    pub email: String,
    pub locale: Locale,
}

impl Person {
    pub fn new(locale: Locale) -> Self {
        let who = testkit::customer();
        Self { email: format!("{}@example.com", who.0), who, locale }
    }

    pub async fn register(&self, app: &TestApp) -> Envelope<Value> {
        let registered = UserRegistered {
            user_id: self.who.0,
            email: self.email.clone(),
            name: "Ada Lovelace".to_owned(),
            locale: self.locale,
            roles: self.who.1.clone(),
        };
        app.broker.deliver(&registered).await
    }

    /// Somebody whom the service knows.
    pub async fn known(app: &TestApp) -> Self {
        Self::known_in(app, Locale::En).await
    }

    pub async fn known_in(app: &TestApp, locale: Locale) -> Self {
        let person = Self::new(locale);
        person.register(app).await;
        let known = format!("SELECT count(*) AS number FROM contacts WHERE user_id = '{}'", person.who.0);
        eventually("the person is known", async || (app.database().number(&known).await == 1).then_some(()))
            .await;
        person
    }

    pub async fn order_is_confirmed(&self, app: &TestApp) -> Envelope<Value> {
        let total = Money::new(1_990, Currency::Eur);
        app.broker.deliver(&OrderConfirmed { order_id: OrderId::new(), customer_id: self.who.0, total }).await
    }

    pub async fn order_is_shipped(&self, app: &TestApp) -> Envelope<Value> {
        app.broker.deliver(&OrderShipped { order_id: OrderId::new(), customer_id: self.who.0 }).await
    }

    pub async fn choose(&self, app: &TestApp, phone: Option<&str>, order_news: ChannelChoice) -> Response {
        let phone = phone.map(str::to_owned);
        let wanted = NotificationPreferences { locale: self.locale, phone, order_news };
        app.put("/api/v1/notification-preferences")
            .by(&self.who)
            .header("if-match", "*")
            .json(&wanted)
            .send()
            .await
    }

    pub async fn history(&self, app: &TestApp) -> Vec<NotificationView> {
        let answer = app.get("/api/v1/notifications?limit=100").by(&self.who).send().await;
        answer.expect::<Page<NotificationView>>(200).data
    }

    /// Waits until all that was to be told has been sent or given up, and that is this much.
    pub async fn settled(&self, app: &TestApp, count: usize) -> Vec<NotificationView> {
        eventually(&format!("{count} notifications are settled"), async || {
            let all = self.history(app).await;
            let pending = all.iter().any(|one| one.status == NotificationStatus::Pending);
            (all.len() == count && !pending).then_some(all)
        })
        .await
    }
}

pub const EVERYTHING: ChannelChoice = ChannelChoice { email: true, sms: true, web_push: true };
pub const NOTHING: ChannelChoice = ChannelChoice { email: false, sms: false, web_push: false };
pub const PHONE: &str = "+34600111222";

/// The service with e-mail over `server`, and further variables.
pub async fn with_mail(server: &MailServer, more: &[(&str, &str)]) -> TestApp {
    let mut variables = vec![
        ("SMTP_URL", server.url.as_str()),
        ("MAIL_FROM", "Chairs & Co <shop@example.com>"),
        ("SHOP_NAME", "Chairs & Co"),
        ("SHOP_URL", "https://shop.example/"),
    ];
    variables.extend(more);
    TestApp::start_with(SERVICE, &variables).await
}

/// Until every message that was delivered has been handled.
pub async fn handled(app: &TestApp, messages: i64) {
    eventually(&format!("{messages} messages are handled"), async || {
        let seen = app.database().number("SELECT count(*) AS number FROM inbox").await;
        (seen >= messages).then_some(())
    })
    .await;
}
