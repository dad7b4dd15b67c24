//! A wrong or missing setting of the provider ends the start, and names itself.

use contracts::Role;
use kernel::Clock;
use payments::SERVICE;
use platform::Settings;
use platform::service::{StartError, start};
use tokio_util::sync::CancellationToken;

const STRIPE: [(&str, &str); 3] = [
    ("PAYMENT_PROVIDER", "stripe"),
    ("STRIPE_SECRET_KEY", "sk_test_0"),
    ("STRIPE_WEBHOOK_SECRETS", "whsec_0123456789abcdef"),
];

const PAYPAL: [(&str, &str); 4] = [
    ("PAYMENT_PROVIDER", "paypal"),
    ("PAYPAL_CLIENT_ID", "id"),
    ("PAYPAL_CLIENT_SECRET", "secret"),
    ("PAYPAL_WEBHOOK_ID", "8PT"),
];

async fn refusal(base: &[(&str, &str)], name: &str, value: &str) -> String {
    testkit::install_tls_provider();
    let mut all: Vec<(&str, &str)> = base.iter().copied().filter(|(one, _)| *one != name).collect();
    all.extend([("DATABASE_URL", "postgres://nobody@127.0.0.1:1/none"), (name, value)]);
    let all = all.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
    let started =
        start(SERVICE, Settings::new(Role::Payments, all), Clock::default(), CancellationToken::new());
    match started.await {
        Err(StartError::Config(error)) => error.to_string(),
        Err(other) => panic!("{name}={value}: {other}"),
        Ok(_) => panic!("{name}={value} is good"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_missing_is_named() {
    for (base, names) in [
        (STRIPE.as_slice(), ["STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRETS"].as_slice()),
        (PAYPAL.as_slice(), &["PAYPAL_CLIENT_ID", "PAYPAL_CLIENT_SECRET", "PAYPAL_WEBHOOK_ID"]),
    ] {
        for name in names {
            assert_eq!(refusal(base, name, "").await, format!("variable {name} is not set"));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_named_and_a_secret_is_not_repeated() {
    for (base, name, value) in [
        (STRIPE.as_slice(), "PAYMENT_PROVIDER", "cash"),
        (&STRIPE, "STRIPE_SECRET_KEY", "pk_live_something"),
        (&STRIPE, "STRIPE_WEBHOOK_SECRETS", "short"),
        (&STRIPE, "STRIPE_WEBHOOK_SECRETS", " , "),
        (&STRIPE, "STRIPE_API_URL", "api.stripe.com"),
        (&STRIPE, "STRIPE_API_URL", "https://api.stripe.com/v1"),
        (&STRIPE, "PROVIDER_TIMEOUT_MS", "soon"),
        (&PAYPAL, "PAYPAL_API_URL", "ftp://api.paypal.com"),
    ] {
        let said = refusal(base, name, value).await;
        assert!(said.starts_with(&format!("variable {name} is wrong: ")), "{said}");
        let is_secret = name.contains("SECRET");
        assert!(!is_secret || !said.contains(value.trim()) || value.trim().len() < 2, "{said}");
    }
}
