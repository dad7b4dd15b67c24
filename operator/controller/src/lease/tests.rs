use std::time::Duration;

use serde_json::json;
use tokio::time::{Instant, timeout};

use super::elector::Lost;
use super::{Elector, Place, Reign, Timing};
use crate::client::{self, Gate};
use crate::cluster::Cluster;
use crate::fake_api::{FakeApi, refusal};
use crate::health::Health;
use crate::metrics::Metrics;
use crate::stack_key::StackKey;

const LEASE: &str = "/apis/coordination.k8s.io/v1/namespaces/system/leases/ecommerce-operator";

const QUICK: Timing = Timing {
    duration: Duration::from_secs(1),
    renew_deadline: Duration::from_millis(600),
    renew_every: Duration::from_millis(50),
    retry_every: Duration::from_millis(20),
};

fn candidate(api: &FakeApi, name: &str) -> Elector {
    let place = Place { server: api.url(), namespace: "system".to_owned() };
    Elector::new(api.client(), place, name.to_owned(), QUICK, Health::default(), Reign::default())
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

#[test]
fn another_leads_within_twenty_seconds_and_never_before_the_first_has_stopped_writing() {
    let timing = Timing::default();
    let last_look = timing.retry_every + Duration::from_secs(1);
    assert!(timing.duration + last_look < Duration::from_secs(20));
    assert!(
        timing.renew_deadline + Duration::from_secs(5) <= timing.duration,
        "requests on their way need time"
    );
    assert!(timing.renew_every * 2 <= timing.renew_deadline, "one renewal may fail");
}

#[tokio::test]
async fn a_leader_that_was_frozen_writes_nothing_beside_its_successor() {
    let api = FakeApi::start().await;
    let reign = Reign::default();
    let gate = Gate { metrics: Metrics::new(), health: Health::default(), reign: Some(reign.clone()) };
    let client = api.client_behind(&gate);
    let place = || Place { server: api.url(), namespace: "system".to_owned() };
    let mut one = Elector::new(client.clone(), place(), "one".to_owned(), QUICK, Health::default(), reign);
    let stack = StackKey::new("shops", "shop");
    let write = |status: &'static str| {
        let (cluster, stack) = (Cluster::new(client.clone()), stack.clone());
        async move { cluster.apply_status(&stack, "1", &json!(status)).await }
    };
    let path = "/apis/ecommercestack.dev/v1alpha1/namespaces/shops/ecommercestacks/shop";
    api.put(path, json!({"metadata": {"name": "shop", "uid": "1"}}));

    assert!(write("before the election").await.is_err());
    one.acquire().await;
    write("leading").await.unwrap();

    // Frozen: it does not renew, and does not know.
    let frozen = Instant::now();
    candidate(&api, "two").acquire().await;
    assert!(frozen.elapsed() < QUICK.duration + Duration::from_secs(1), "{:?}", frozen.elapsed());

    let late = write("too late").await.unwrap_err();
    assert!(client::reason(&late).contains("leads no more"), "{late}");
    assert_eq!(api.get(path).unwrap()["status"], "leading");
    assert!(matches!(one.hold().await, Lost::Taken { holder } if holder == "two"));
}
