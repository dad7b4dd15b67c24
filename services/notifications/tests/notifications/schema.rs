//! The tables themselves.

use contracts::Role;
use notifications::MIGRATIONS;
use platform::migrate::{self, Migrations};
use platform::{Database, Settings};
use testkit::TestDatabase;

#[tokio::test(flavor = "multi_thread")]
async fn migrations_go_up_and_down_again() {
    let of_test = TestDatabase::create().await;
    let settings = Settings::new(Role::Notifications, [("DATABASE_URL".to_owned(), of_test.url())]);
    let database = Database::from_settings(&settings).unwrap();
    let tables = "SELECT count(*) AS number FROM pg_tables WHERE schemaname = 'public'
                  AND tablename IN ('contacts', 'preferences', 'push_subscriptions', 'waiting_news', 'notifications',
                                    'deliveries', 'sink_messages')";
    for _ in 0..2 {
        migrate::up(&database, Migrations(MIGRATIONS)).await.unwrap();
        assert_eq!(of_test.number(tables).await, 7);
        migrate::down(&database, Migrations(MIGRATIONS), 1).await.unwrap();
        assert_eq!(of_test.number(tables).await, 0);
    }
    drop(database);
    of_test.remove().await;
}
