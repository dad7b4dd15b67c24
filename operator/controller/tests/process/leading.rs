use super::api::Api;
use super::operator::{Operator, free_port};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_leader_is_ready_and_counts_and_hands_the_lease_over_at_a_signal() {
    let api = Api::start().await;
    let mut operator = Operator::start(&api.server.uri());
    operator.says("Leading as me_");
    assert!(api.holder().unwrap().starts_with("me_"));
    assert_eq!(operator.get("/readyz").0, 200);
    assert_eq!(operator.get("/livez").0, 200);
    let (code, metrics) = operator.get("/metrics");
    assert_eq!(code, 200);
    for metric in [
        "ecommerce_operator_leader 1",
        "ecommerce_operator_api_writes_total{kind=\"leases\",verb=\"create\"} 1",
        "ecommerce_operator_reconciles_total{result=\"settled\"} 0",
        "ecommerce_operator_reconcile_duration_seconds_count 0",
        "process_resident_memory_bytes",
    ] {
        assert!(metrics.contains(metric), "{metric} is not in\n{metrics}");
    }
    assert_eq!(operator.get("/elsewhere").0, 404);

    operator.terminate();

    assert!(operator.ends().success());
    assert_eq!(api.holder(), None);
    assert_eq!(api.writes(), [""; 0]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_leader_who_loses_the_lease_ends_the_process() {
    let api = Api::start().await;
    let mut operator = Operator::start(&api.server.uri());
    operator.says("Leading as me_");

    api.steal("thief");

    assert_eq!(operator.ends().code(), Some(1));
    let line = operator.says("leads no more");
    assert!(line.contains("thief holds the Lease"), "{line}");
    assert_eq!(api.holder().unwrap(), "thief");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_candidate_waits_without_touching_anything() {
    let api = Api::start().await;
    let mut leader = Operator::start(&api.server.uri());
    leader.says("Leading as me_");
    let mut candidate = Operator::start(&api.server.uri());
    candidate.says("Waiting: me_");
    assert_eq!(candidate.get("/readyz").0, 200);
    assert!(candidate.get("/metrics").1.contains("ecommerce_operator_leader 0"));
    candidate.terminate();
    assert!(candidate.ends().success());
    assert!(api.holder().is_some(), "it was not the candidate's to release");
}

#[test]
fn an_api_server_that_does_not_answer_is_waited_for() {
    let nowhere = format!("http://127.0.0.1:{}", free_port());
    let mut operator = Operator::start(&nowhere);
    let line = operator.says("Can't take the Lease");
    assert!(line.contains("refused") && line.contains(&nowhere), "{line}");
    assert_eq!(operator.get("/livez").0, 200, "restarting it would not help");
    let (code, why) = operator.get("/readyz");
    assert_eq!((code, why.trim()), (503, "the API server has not answered yet"));
    operator.terminate();
    assert!(operator.ends().success());
}
