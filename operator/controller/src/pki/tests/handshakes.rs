use std::net::{Ipv4Addr, SocketAddr, TcpListener};

use serde_json::{Value, json};

use super::pod::Pod;
use super::*;
use crate::clock::Clock;
use crate::pki::step::Claim;
use crate::pki::{Prober, Store, prove};

/// What the API server knows of the pod with this address.
fn listed(name: &str, (component, role): (&str, &str)) -> Value {
    json!({
        "metadata": {
            "name": name,
            "labels": {"app.kubernetes.io/component": component, "app.kubernetes.io/name": role},
        },
        "status": {"phase": "Running", "podIP": "10.0.0.1"},
    })
}

fn orders() -> Value {
    listed("shop-orders-1", ("service", "orders"))
}

async fn asked(address: SocketAddr, claim: Claim, store: &Store, pods: &[Value]) -> Result<(), String> {
    let prober = Prober::by(move |_, _| address, Clock::system());
    prove(&prober, claim, store, &subjects(), pods).await
}

/// An old CA, a new one, and the two stores of a rotation between them.
fn rotation() -> (Keyed, Keyed, Store, Store) {
    let (old, new) = (authority(Timestamp::now()), authority(Timestamp::now()));
    let trusting = Store::stable(old.clone(), None).rotating_to(new.clone(), None);
    let reissuing = trusting.advanced();
    (old, new, trusting, reissuing)
}

fn of_orders(authority: &Keyed, bundle: &[&Keyed]) -> Leaf {
    leaf(authority, Part::Role(Role::Orders), bundle, Timestamp::now())
}

#[tokio::test]
async fn a_pod_proves_that_it_trusts_the_next_ca() {
    let (old, new, trusting, _) = rotation();
    let pod = Pod::start(of_orders(&old, &[&old]));
    let pods = [orders()];

    let before = asked(pod.address, Claim::Trusts, &trusting, &pods).await.unwrap_err();
    assert_eq!(before, "pod shop-orders-1 to trust the next CA on port 9085");
    pod.reads(of_orders(&old, &[&old, &new]));
    asked(pod.address, Claim::Trusts, &trusting, &pods).await.unwrap();
}

#[tokio::test]
async fn a_pod_proves_that_it_shows_a_certificate_of_the_new_ca() {
    let (old, new, _, reissuing) = rotation();
    let pod = Pod::start(of_orders(&old, &[&old, &new]));
    let pods = [orders()];

    let before = asked(pod.address, Claim::Shows, &reissuing, &pods).await.unwrap_err();
    assert_eq!(before, "pod shop-orders-1 to show its new certificate on port 9085");
    pod.reads(of_orders(&new, &[&old, &new]));
    asked(pod.address, Claim::Shows, &reissuing, &pods).await.unwrap();
}

#[tokio::test]
async fn a_certificate_of_another_part_proves_nothing() {
    let (old, new, _, reissuing) = rotation();
    let wrong = leaf(&new, Part::Role(Role::Gateway), &[&old, &new], Timestamp::now());
    let wrong = Pod::start(wrong);
    // Only `localhost` do both have, and it is not asked for.
    assert!(asked(wrong.address, Claim::Shows, &reissuing, &[orders()]).await.is_err());
}

#[tokio::test]
async fn postgres_is_asked_for_tls_first_and_must_answer_what_is_said_then() {
    let (old, new, trusting, _) = rotation();
    let pod = Pod::postgres(leaf(&old, Part::Postgres, &[&old], Timestamp::now()));
    let pods = [listed("shop-postgres-0", ("database", "postgres"))];

    let before = asked(pod.address, Claim::Trusts, &trusting, &pods).await.unwrap_err();
    assert_eq!(before, "pod shop-postgres-0 to trust the next CA on port 5432");
    pod.reads(leaf(&old, Part::Postgres, &[&old, &new], Timestamp::now()));
    asked(pod.address, Claim::Trusts, &trusting, &pods).await.unwrap();
}

#[tokio::test]
async fn pods_that_come_or_go_are_waited_for_and_those_that_are_done_are_not() {
    let (_, _, trusting, _) = rotation();
    let nowhere = SocketAddr::from((Ipv4Addr::LOCALHOST, 1));
    let mut leaving = orders();
    leaving["metadata"]["deletionTimestamp"] = json!("2026-11-22T12:00:00Z");
    let mut starting = orders();
    starting["status"] = json!({"phase": "Pending"});
    let job = listed("shop-migrate-orders-1a2b-x", ("migration", "orders"));
    let mut done = job.clone();
    done["status"]["phase"] = json!("Succeeded");
    let disabled = listed("shop-users-1", ("service", "users"));

    for (pod, expected) in [
        (leaving, "pod shop-orders-1 to be gone"),
        (starting, "pod shop-orders-1 to start"),
        (job, "pod shop-migrate-orders-1a2b-x to be done"),
        (disabled, "pod shop-users-1 to be gone"),
        (orders(), "pod shop-orders-1 to answer on port 9085"),
    ] {
        assert_eq!(asked(nowhere, Claim::Trusts, &trusting, &[pod]).await.unwrap_err(), expected);
    }
    asked(nowhere, Claim::Trusts, &trusting, &[done]).await.unwrap();
}

#[tokio::test]
async fn a_pod_that_says_nothing_is_given_up() {
    let (_, _, trusting, _) = rotation();
    // Connections wait in the backlog.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let why = asked(silent.local_addr().unwrap(), Claim::Trusts, &trusting, &[orders()]).await.unwrap_err();
    assert_eq!(why, "pod shop-orders-1 to trust the next CA on port 9085");
}
