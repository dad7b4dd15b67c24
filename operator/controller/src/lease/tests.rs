use std::time::Duration;

use serde_json::json;
use tokio::time::{Instant, timeout};

use super::elector::Lost;
use super::{Elector, Place, Timing};
use crate::fake_api::{FakeApi, refusal};
use crate::health::Health;

const LEASE: &str = "/apis/coordination.k8s.io/v1/namespaces/system/leases/ecommerce-operator";

const QUICK: Timing = Timing {
    duration: Duration::from_secs(1),
    renew_deadline: Duration::from_millis(600),
    renew_every: Duration::from_millis(50),
    retry_every: Duration::from_millis(20),
};

fn candidate(api: &FakeApi, name: &str) -> Elector {
    let place = Place { server: api.url(), namespace: "system".to_owned() };
    Elector::new(api.client(), place, name.to_owned(), QUICK, Health::default())
}

fn holder(api: &FakeApi) -> String {
    api.get(LEASE).unwrap()["spec"]["holderIdentity"].as_str().unwrap_or_default().to_owned()
}

/// A Lease that somebody else has taken, and never renews; its own times say nothing true.
fn abandoned(api: &FakeApi) {
    api.put(
        LEASE,
        json!({"metadata": {"name": "ecommerce-operator"}, "spec": {
            "holderIdentity": "ghost", "leaseDurationSeconds": 1, "renewTime": "1999-01-01T00:00:00.000000Z",
        }}),
    );
}

#[tokio::test]
async fn the_first_candidate_leads_and_a_second_one_waits() {
    let api = FakeApi::start().await;
    let (mut one, mut two) = (candidate(&api, "one"), candidate(&api, "two"));
    one.acquire().await;
    assert_eq!(holder(&api), "one");

    let renewing = async {
        tokio::select! { lost = one.hold() => panic!("{lost}"), () = two.acquire() => panic!() }
    };
    assert!(timeout(Duration::from_secs(2), renewing).await.is_err(), "renewed for longer than it lasts");
    assert_eq!(holder(&api), "one");
}

#[tokio::test]
async fn a_silent_leader_is_replaced_when_its_lease_has_run_out_by_our_own_clock() {
    let api = FakeApi::start().await;
    abandoned(&api);
    let started = Instant::now();
    candidate(&api, "two").acquire().await;
    assert!(started.elapsed() >= QUICK.duration, "the times in the Lease are not to be trusted");
    assert_eq!(holder(&api), "two");
    assert_eq!(api.get(LEASE).unwrap()["spec"]["leaseTransitions"], 1);
}

#[tokio::test]
async fn a_released_lease_is_taken_at_once() {
    let api = FakeApi::start().await;
    let mut one = candidate(&api, "one");
    one.acquire().await;
    one.release().await;
    assert_eq!(holder(&api), "");

    let taken = timeout(Duration::from_millis(500), candidate(&api, "two").acquire()).await;
    assert!(taken.is_ok());
}

#[tokio::test]
async fn of_two_candidates_who_see_a_free_lease_one_wins() {
    let api = FakeApi::start().await;
    abandoned(&api);
    api.edit(LEASE, |lease| lease["spec"]["holderIdentity"] = json!(""));
    let (mut one, mut two) = (candidate(&api, "one"), candidate(&api, "two"));
    let both = async { tokio::join!(one.acquire(), two.acquire()) };
    assert!(timeout(Duration::from_millis(700), both).await.is_err(), "the second one must wait");
}

#[tokio::test]
async fn a_leader_who_finds_another_name_in_the_lease_has_lost() {
    let api = FakeApi::start().await;
    let mut one = candidate(&api, "one");
    one.acquire().await;
    api.edit(LEASE, |lease| lease["spec"]["holderIdentity"] = json!("thief"));

    let lost = timeout(Duration::from_secs(1), one.hold()).await.unwrap();

    assert!(matches!(&lost, Lost::Taken { holder } if holder == "thief"), "{lost}");
    assert_eq!(holder(&api), "thief", "and does not write over it");
}

#[tokio::test]
async fn a_leader_who_can_not_renew_gives_up_before_the_lease_has_run_out() {
    let api = FakeApi::start().await;
    let mut one = candidate(&api, "one");
    one.acquire().await;
    api.fault(|_, _| Some(refusal(503, "ServiceUnavailable")));

    let started = Instant::now();
    let lost = one.hold().await;

    assert!(started.elapsed() < QUICK.duration, "{:?}", started.elapsed());
    assert!(matches!(&lost, Lost::Silent { .. }) && lost.to_string().contains("503"), "{lost}");
}

#[tokio::test]
async fn a_hand_that_edits_or_deletes_the_lease_does_not_end_the_reign() {
    let api = FakeApi::start().await;
    let mut one = candidate(&api, "one");
    one.acquire().await;
    api.edit(LEASE, |lease| lease["metadata"]["labels"] = json!({"edited": "by hand"}));
    assert!(timeout(Duration::from_millis(300), one.hold()).await.is_err());

    api.delete(LEASE);
    assert!(timeout(Duration::from_millis(300), one.hold()).await.is_err());
    assert_eq!(holder(&api), "one");
}
