//! The tables themselves.

use contracts::Role;
use diesel_async::SimpleAsyncConnection;
use payments::{MIGRATIONS, SERVICE};
use platform::migrate::{self, Migrations};
use platform::{Database, Settings};
use testkit::{TestApp, TestDatabase};

use crate::shop::Order;

#[tokio::test(flavor = "multi_thread")]
async fn migrations_go_up_and_down_again() {
    let of_test = TestDatabase::create().await;
    let settings = Settings::new(Role::Payments, [("DATABASE_URL".to_owned(), of_test.url())]);
    let database = Database::from_settings(&settings).unwrap();
    let tables = "SELECT count(*) AS number FROM pg_tables WHERE schemaname = 'public'
                  AND tablename IN ('payments', 'open_operations', 'submissions', 'transactions', 'simulator_operations',
                  'provider_notices', 'payment_methods')";
    for _ in 0..2 {
        migrate::up(&database, Migrations(MIGRATIONS)).await.unwrap();
        assert_eq!(of_test.number(tables).await, 7);
        let taken_back = migrate::down(&database, Migrations(MIGRATIONS), 3).await.unwrap();
        assert_eq!(taken_back, ["00000000000102", "00000000000101", "00000000000100"]);
        assert_eq!(of_test.number(tables).await, 0);
    }
    drop(database);
    of_test.remove().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn transactions_can_be_neither_changed_nor_deleted() {
    let app = TestApp::start(SERVICE).await;
    Order::authorized(&app, contracts::api::payments::test_tokens::APPROVED).await;
    let mut conn = app.database().connect().await;
    for statement in
        ["UPDATE transactions SET succeeded = false", "DELETE FROM transactions", "TRUNCATE transactions"]
    {
        let refused = conn.batch_execute(statement).await.unwrap_err();
        assert!(refused.to_string().contains("append-only"), "{statement}: {refused}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_database_itself_lets_no_more_go_back_than_was_taken() {
    let app = TestApp::start(SERVICE).await;
    Order::captured(&app, contracts::api::payments::test_tokens::APPROVED).await;
    let mut conn = app.database().connect().await;
    let refund = |key: &str, minor: i64| {
        format!(
            "INSERT INTO transactions (payment_id, provider_key, kind, succeeded, amount_minor, currency, reference, at)
             SELECT id, '{key}', 'refund', true, {minor}, 'EUR', '{key}', now() FROM payments"
        )
    };
    conn.batch_execute(&refund("a", 1000)).await.unwrap();
    let refused = conn.batch_execute(&refund("b", 991)).await.unwrap_err();
    assert!(refused.to_string().contains("no_more_goes_back_than_was_taken"), "{refused}");
    conn.batch_execute(&refund("c", 990)).await.unwrap();
    let capture = refund("d", 1990).replace("'refund'", "'capture'");
    assert!(conn.batch_execute(&capture).await.is_err(), "money is taken once");
}
