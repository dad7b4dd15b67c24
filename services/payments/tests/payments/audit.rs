//! The audit trail holds, and says where it does not.

use contracts::Role;
use contracts::api::payments::test_tokens::*;
use payments::SERVICE;
use payments::audit::{AuditReport, Broken, Noted, show, verify};
use platform::Settings;
use testkit::{TestApp, eventually};

use crate::shop::{Order, execute};

fn settings(app: &TestApp) -> Settings {
    Settings::new(Role::Payments, [("DATABASE_URL".to_owned(), app.database().url())])
}

async fn verified(app: &TestApp) -> Result<AuditReport, Broken> {
    verify(&settings(app), None).await.unwrap()
}

/// A payment from its beginning to its end, with everything sealed.
async fn sealed(app: &TestApp) -> (Order, AuditReport) {
    let order = Order::captured(app, APPROVED).await;
    order.refund(app).await;
    order.becomes(app, contracts::api::payments::PaymentStatus::Refunded).await;
    let report = eventually("everything is sealed", async || {
        verified(app).await.ok().filter(|report| report.not_sealed_yet == 0)
    })
    .await;
    (order, report)
}

/// Past the triggers, as somebody who owns the database could.
async fn tamper(app: &TestApp, statement: &str) {
    execute(app, &format!("SET session_replication_role = replica; {statement}")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_is_written_down_and_no_token_with_it() {
    let app = TestApp::start(SERVICE).await;
    let (order, report) = sealed(&app).await;
    let lines = show(&settings(&app), order.id).await.unwrap();
    let kinds: Vec<&str> = lines.iter().filter_map(|line| line.split_whitespace().nth(1)).collect();
    let expected =
        ["command", "submission", "call", "answer", "command", "call", "answer", "command", "call", "answer"];
    assert_eq!(kinds, expected, "{lines:#?}");
    assert_eq!((report.entries, report.first, report.end.sequence), (10, 1, 10));
    assert!(!lines.iter().any(|line| line.contains("tok_")), "{lines:#?}");
    for statement in
        ["UPDATE audit_trail SET actor = 'me'", "DELETE FROM audit_trail", "TRUNCATE audit_trail"]
    {
        let mut conn = app.database().connect().await;
        let refused =
            diesel_async::SimpleAsyncConnection::batch_execute(&mut conn, statement).await.unwrap_err();
        assert!(refused.to_string().contains("append-only"), "{statement}: {refused}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_entry_is_named() {
    let app = TestApp::start(SERVICE).await;
    sealed(&app).await;
    tamper(&app, "UPDATE audit_trail SET content = replace(content, '1990', '1') WHERE sequence = 4").await;
    let broken = verified(&app).await.unwrap_err();
    assert!(matches!(broken, Broken::Changed(4)), "{broken}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_entry_is_named() {
    let app = TestApp::start(SERVICE).await;
    sealed(&app).await;
    tamper(&app, "DELETE FROM audit_trail WHERE sequence = 1").await;
    let broken = verified(&app).await.unwrap_err();
    assert!(matches!(broken, Broken::Missing(1)), "{broken}");
    tamper(&app, "DELETE FROM audit_trail WHERE sequence < 6").await;
    tamper(&app, "UPDATE audit_trail SET sequence = sequence - 5").await;
    let broken = verified(&app).await.unwrap_err();
    assert!(matches!(broken, Broken::Unlinked(1)), "moved up: {broken}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tail_that_is_cut_off_is_missed() {
    let app = TestApp::start(SERVICE).await;
    let (_, report) = sealed(&app).await;
    let noted: Noted = report.end.to_string().parse().unwrap();
    tamper(&app, "DELETE FROM audit_trail WHERE sequence > 7").await;
    let broken = verified(&app).await.unwrap_err();
    assert!(matches!(broken, Broken::CutOff(8)), "{broken}");

    // Whoever also turns back the head is found by an end that was noted elsewhere.
    tamper(&app, "UPDATE audit_head SET (sequence, hash) = (SELECT sequence, hash FROM audit_trail WHERE sequence = 7)")
        .await;
    assert_eq!(verified(&app).await.unwrap().entries, 7);
    let broken = verify(&settings(&app), Some(&noted)).await.unwrap().unwrap_err();
    assert!(matches!(broken, Broken::CutOff(10)), "{broken}");
}

#[tokio::test(flavor = "multi_thread")]
async fn replicas_seal_one_chain() {
    let mut app = TestApp::start_with(SERVICE, &[("AUDIT_SEAL_MS", "5")]).await;
    app.start_replica().await;
    app.start_replica().await;
    futures::future::join_all((0..12).map(|_| async {
        let order = Order::new();
        order.authorize(&app).await;
        order.submit(&app, APPROVED).await;
        order.becomes(&app, contracts::api::payments::PaymentStatus::Authorized).await;
    }))
    .await;
    let report = eventually("everything is sealed", async || {
        verified(&app).await.ok().filter(|report| report.not_sealed_yet == 0)
    })
    .await;
    assert_eq!(report.entries, 12 * 4);
}
