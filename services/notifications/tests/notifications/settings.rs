//! What is wrong in the environment is said at the start, by name, and secrets are not repeated.

use contracts::Role;
use kernel::Clock;
use notifications::SERVICE;
use platform::Settings;
use platform::service::{StartError, start};
use tokio_util::sync::CancellationToken;

use crate::push::VAPID_KEY;

async fn refused(variables: &[(&str, &str)]) -> String {
    testkit::install_tls_provider();
    let needed = [("DATABASE_URL", "postgres://nowhere"), ("AMQP_URL", "amqp://nowhere")];
    let all = needed.iter().chain(variables).map(|(name, value)| (name.to_string(), value.to_string()));
    let settings = Settings::new(Role::Notifications, all);
    match start(SERVICE, settings, Clock::default(), CancellationToken::new()).await {
        Err(StartError::Config(error)) => error.to_string(),
        Err(error) => panic!("{error}"),
        Ok(_) => panic!("it started with {variables:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_settings_are_refused_by_name() {
    let mail = [("SMTP_URL", "smtp://mail:25"), ("MAIL_FROM", "shop@example.com")];
    let sms = ("SMS_URL", "https://sms.example/send");
    let cases: &[(&[(&str, &str)], &str)] = &[
        (&[("NOTIFICATIONS_SINK", "false")], "variable SMTP_URL is not set"),
        (&[("NOTIFICATIONS_SINK", "maybe")], "variable NOTIFICATIONS_SINK is wrong"),
        (&[sms], "variable SMTP_URL is not set"),
        (&[mail[0]], "variable MAIL_FROM is not set"),
        (&[mail[0], ("MAIL_FROM", "nobody")], "variable MAIL_FROM is wrong"),
        (&[("SMTP_URL", "http://user:s3cret@mail"), mail[1]], "variable SMTP_URL is wrong"),
        (&[mail[0], mail[1], ("SMS_URL", "sms.example")], "variable SMS_URL is wrong"),
        (&[mail[0], mail[1], ("SMS_URL", "ftp://sms.example")], "variable SMS_URL is wrong"),
        (&[mail[0], mail[1], sms, ("SMS_METHOD", "GET")], "variable SMS_METHOD is wrong"),
        (&[mail[0], mail[1], sms, ("SMS_BODY", "{\"to\":\"{to}\"}")], "variable SMS_BODY is wrong"),
        (&[mail[0], mail[1], sms, ("SMS_AUTH", "s3cret\n")], "variable SMS_AUTH is wrong"),
        (&[mail[0], mail[1], ("VAPID_PRIVATE_KEY", "s3cret")], "variable VAPID_SUBJECT is not set"),
        (
            &[mail[0], mail[1], ("VAPID_PRIVATE_KEY", "s3cret"), ("VAPID_SUBJECT", "mailto:a@example.com")],
            "variable VAPID_PRIVATE_KEY is wrong",
        ),
        (
            &[mail[0], mail[1], ("VAPID_PRIVATE_KEY", VAPID_KEY), ("VAPID_SUBJECT", "me")],
            "variable VAPID_SUBJECT is wrong",
        ),
        (&[("SHOP_URL", "shop.example")], "variable SHOP_URL is wrong"),
        (&[("SEND_TIMEOUT_MS", "60000")], "variable SEND_TIMEOUT_MS is wrong"),
        (&[("NOTIFICATIONS_RETENTION_DAYS", "-1")], "variable NOTIFICATIONS_RETENTION_DAYS is wrong"),
    ];
    for (variables, expected) in cases {
        let said = refused(variables).await;
        assert!(said.starts_with(expected) && !said.contains("s3cret"), "{variables:?}: {said}");
    }
}
