//! What the tables refuse: the ledger is only ever added to, and no level is what it must not be.

use diesel_async::SimpleAsyncConnection;
use inventory::SERVICE;
use testkit::TestApp;

use crate::warehouse::{Warehouse, line};

#[tokio::test(flavor = "multi_thread")]
async fn a_movement_can_be_neither_changed_nor_taken_back() {
    let warehouse = Warehouse::with(&[("CHAIR-1", 12)]).await;
    let mut conn = warehouse.app.database().connect().await;

    for statement in ["UPDATE movements SET on_hand_delta = 1", "DELETE FROM movements", "TRUNCATE movements"]
    {
        let refused = conn.batch_execute(statement).await.unwrap_err().to_string();
        assert!(refused.contains("only ever added"), "{statement}: {refused}");
    }

    warehouse.assert_the_books_balance().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_level_that_promises_more_than_there_is_is_refused_by_the_database() {
    let warehouse = Warehouse::with(&[("CHAIR-1", 12)]).await;
    warehouse.held(vec![line("CHAIR-1", 5)]).await;
    let mut conn = warehouse.app.database().connect().await;

    for statement in [
        "UPDATE stock SET reserved = 13",
        "UPDATE stock SET on_hand = 4",
        "UPDATE stock SET on_hand = -1, reserved = -1",
    ] {
        let refused = conn.batch_execute(statement).await.unwrap_err().to_string();
        assert!(refused.contains("check constraint"), "{statement}: {refused}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_migrations_can_be_taken_back_and_run_again() {
    let app = TestApp::start(SERVICE).await;

    let (taken_back, run_again) = app.redo_newest_migration(SERVICE).await;

    assert_eq!((taken_back.len(), run_again), (1, taken_back));
}
