use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use operator_desired::{Kind, Offers};
use serde_json::{Value, json};

use super::world::{STACK, World, path, pods_up};
use crate::live::LiveObject;
use crate::pass::Ending;
use crate::pki::tests::pod::Pod;
use crate::pki::{Leaf, Prober};
use crate::status::Prospect;

const OPTIONAL: [&str; 1] = ["Certificate"];

fn secret(world: &World, name: &str) -> BTreeMap<String, Vec<u8>> {
    let found = world.api.get(&path("secrets", name)).unwrap_or_else(|| panic!("no {name}"));
    LiveObject::of(Kind::named("Secret"), found).data()
}

fn leaf(world: &World, part: &str) -> Leaf {
    Leaf::from_data(&secret(world, &format!("shop-{part}-tls"))).unwrap()
}

fn said(world: &World) -> String {
    let condition = world.condition("CertificatesReady");
    let text = |key: &str| condition[key].as_str().unwrap().to_owned();
    format!("{} {}: {}", text("status"), text("reason"), text("message"))
}

fn phase(world: &World) -> String {
    world.status().certificates.unwrap().phase
}

fn of_certificates(changes: Vec<String>) -> Vec<String> {
    changes.into_iter().filter(|change| change.contains("-tls") || change.ends_with("shop-ca")).collect()
}

fn ask_for_a_rotation(world: &World, value: &str) {
    world.api.edit(STACK, |stack| {
        stack["metadata"]["annotations"]["ecommercestack.dev/rotate-ca"] = json!(value);
    });
}

/// A stack whose orders and Postgres can be asked; nobody else has a pod.
async fn with_pods() -> (World, Arc<BTreeMap<IpAddr, Pod>>) {
    let mut world = World::with(json!({})).await;
    world.at_this_moment();
    world.settle().await;
    let address = |last: u8| IpAddr::from([10, 0, 0, last]);
    let pods = Arc::new(BTreeMap::from([
        (address(1), Pod::start(leaf(&world, "orders"))),
        (address(2), Pod::postgres(leaf(&world, "postgres"))),
    ]));
    for (last, name, component, role) in
        [(1, "shop-orders-1", "service", "orders"), (2, "shop-postgres-0", "database", "postgres")]
    {
        let pod = json!({
            "metadata": {"name": name, "namespace": "shops", "labels": {
                "app.kubernetes.io/managed-by": "ecommerce-operator", "app.kubernetes.io/instance": "shop",
                "app.kubernetes.io/component": component, "app.kubernetes.io/name": role,
            }},
            "status": {"phase": "Running", "podIP": address(last).to_string()},
        });
        world.api.put(&path("pods", name), pod);
    }
    let reached: BTreeMap<IpAddr, SocketAddr> = pods.iter().map(|(ip, pod)| (*ip, pod.address)).collect();
    world.tools.prober = Prober::by(move |ip, _| reached[&ip], world.tools.clock.clone());
    (world, pods)
}

fn kubelet_brings(world: &World, pods: &BTreeMap<IpAddr, Pod>, parts: &[&str]) {
    for (pod, part) in pods.values().zip(["orders", "postgres"]) {
        if parts.contains(&part) {
            pod.reads(leaf(world, part));
        }
    }
}

#[tokio::test]
async fn everyone_has_a_certificate_before_anyone_starts() {
    let world = World::with(json!({})).await;
    let writes = world.changes_of_a_pass().await;
    let position = |text: &str| writes.iter().position(|write| write == text).unwrap();
    assert!(position("POST secrets") < position("PATCH statefulsets/shop-postgres"), "{writes:?}");

    world.settle().await;
    assert_eq!(said(&world), "True Issued: everyone has a certificate, and trusts those of the others");
    let status = world.status().certificates.unwrap();
    assert_eq!((status.phase.as_str(), status.leaves.len()), ("Stable", 8 + 4));
    assert_eq!(status.ca_expires.unwrap().0.to_string(), "2027-11-22T12:00:00Z");
    let next = status.next_rotation.unwrap().0.to_string();
    assert!(next.starts_with("2026-12-"), "{next}");

    let owner = world.api.get(&path("secrets", "shop-ca")).unwrap()["metadata"]["ownerReferences"][0].clone();
    assert_eq!(owner["kind"], "EcommerceStack", "it goes with the stack");
}

#[tokio::test]
async fn a_steady_stack_is_neither_written_nor_asked() {
    let world = World::settled(json!({})).await;
    assert_eq!(world.pass().await, Ending::Seen(Prospect::Settled));
    let asked = world.api.asked();
    assert!(asked.iter().all(|asked| !asked.writes() && !asked.path.ends_with("/pods")), "{asked:#?}");
}

#[tokio::test]
async fn a_certificate_that_was_deleted_or_spoilt_comes_back_and_the_others_stay() {
    let world = World::settled(json!({})).await;
    let of_users = leaf(&world, "users");
    world.api.delete(&path("secrets", "shop-orders-tls"));
    world.api.edit(&path("secrets", "shop-catalog-tls"), |secret| secret["data"]["tls.crt"] = json!("eA=="));

    let changes = of_certificates(world.changes_of_a_pass().await);
    assert_eq!(changes, ["PATCH secrets/shop-catalog-tls"], "and one POST");
    assert!(leaf(&world, "orders").certificate().is_some());
    assert_eq!(leaf(&world, "users").keyed, of_users.keyed);
    assert_eq!(world.changes_of_a_pass().await, [""; 0]);
}

#[tokio::test]
async fn certificates_are_renewed_in_time_with_no_pod_started_anew() {
    let world = World::settled(json!({})).await;
    let before = leaf(&world, "orders");
    world.later(Duration::from_secs(20 * 24 * 3600));
    let changes = world.changes_of_a_pass().await;
    assert!(changes.contains(&"PATCH secrets/shop-orders-tls".to_owned()), "{changes:?}");
    assert!(changes.iter().all(|change| change.starts_with("PATCH secrets/")), "{changes:?}");
    assert_ne!(leaf(&world, "orders").keyed, before.keyed);
    assert_eq!(leaf(&world, "orders").bundle, before.bundle);
}

#[tokio::test]
async fn a_secret_of_somebody_else_is_left_alone_and_named() {
    let world = World::with(json!({})).await;
    let theirs = json!({"metadata": {"name": "shop-orders-tls"}, "data": {"mine": "eA=="}});
    world.api.put(&path("secrets", "shop-orders-tls"), theirs);
    world.pass().await;
    assert_eq!(secret(&world, "shop-orders-tls")["mine"], b"x");
    let degraded = world.condition("Degraded")["message"].as_str().unwrap().to_owned();
    assert!(degraded.contains("kubectl -n shops delete secret shop-orders-tls"), "{degraded}");
}

#[tokio::test]
async fn a_rotation_waits_in_each_phase_until_every_pod_has_shown_it() {
    let (world, pods) = with_pods().await;
    let old = leaf(&world, "orders");
    ask_for_a_rotation(&world, "1");

    assert_eq!(world.pass().await, Ending::Seen(Prospect::Rotating));
    assert_eq!(phase(&world), "TrustBoth");
    assert_eq!(leaf(&world, "orders").keyed, old.keyed, "nothing of the next CA is shown yet");
    assert_eq!(world.condition("Ready")["status"], "True");
    world.pass().await;
    kubelet_brings(&world, &pods, &["orders"]);
    world.pass().await;
    assert_eq!(
        said(&world),
        "True Rotating: everyone learns to trust the next CA: waiting for pod shop-postgres-0 to trust the next CA \
         on port 5432"
    );
    assert_eq!(world.changes_of_a_pass().await, [""; 0], "waiting writes nothing");

    kubelet_brings(&world, &pods, &["postgres"]);
    world.pass().await;
    assert_eq!(phase(&world), "Reissue");
    let new = leaf(&world, "orders");
    assert_ne!(new.keyed, old.keyed);
    assert!(new.bundle.contains(&old.bundle), "the old CA is trusted on");
    kubelet_brings(&world, &pods, &["postgres"]);
    world.pass().await;
    assert!(said(&world).ends_with("waiting for pod shop-orders-1 to show its new certificate on port 9085"));

    kubelet_brings(&world, &pods, &["orders"]);
    world.pass().await;
    assert_eq!(phase(&world), "Stable");
    assert!(!leaf(&world, "orders").bundle.contains(&old.bundle), "the old CA is forgotten");
    assert_eq!(world.changes_of_a_pass().await, [""; 0]);
    assert_eq!(world.pass().await, Ending::Seen(Prospect::Settled));
}

#[tokio::test]
async fn a_ca_that_was_deleted_is_replaced_trust_first() {
    let (world, pods) = with_pods().await;
    let old = leaf(&world, "orders");
    world.api.delete(&path("secrets", "shop-ca"));

    world.pass().await;
    assert_eq!((phase(&world).as_str(), leaf(&world, "orders").keyed), ("TrustBoth", old.keyed.clone()));
    for _ in 0..2 {
        kubelet_brings(&world, &pods, &["orders", "postgres"]);
        world.pass().await;
    }
    assert_eq!(phase(&world), "Stable");
    assert_ne!(leaf(&world, "orders").keyed, old.keyed);
}

#[tokio::test]
async fn two_operators_do_not_make_two_cas() {
    let world = World::settled(json!({})).await;
    world.api.fault(|asked, _| {
        let replaces = asked.method == "PATCH" && asked.path.ends_with("/shop-ca");
        replaces.then(|| crate::fake_api::refusal(409, "Conflict"))
    });
    ask_for_a_rotation(&world, "1");
    assert!(world.try_pass().await.is_err(), "the next pass reads what the other one wrote");
    assert_eq!(phase(&world), "Stable");
}

#[tokio::test]
async fn without_mtls_nobody_has_a_certificate() {
    let off = json!({"security": {"mtls": {"enabled": false}}});
    let world = World::settled(off.clone()).await;
    assert!(world.api.paths().iter().all(|path| !path.ends_with("-tls") && !path.ends_with("/shop-ca")));
    assert!(said(&world).starts_with("True Disabled"));

    let world = World::settled(json!({})).await;
    world.change_spec(|spec| *spec = off);
    assert_eq!(world.changes_of_a_pass().await, [""; 0], "a running stack stays as it is");
    assert!(said(&world).contains("takes effect once the stack has been stopped"), "{}", said(&world));

    let pods = |count: i32| {
        world.api.edit_all("/deployments/", |deployment| {
            deployment["spec"]["replicas"] = json!(count);
            pods_up(deployment);
        });
    };
    pods(0);
    world.pass().await;
    world.pass().await;
    pods(1);
    world.settle().await;
    assert!(world.api.paths().iter().all(|path| !path.ends_with("-tls") && !path.ends_with("/shop-ca")));
    assert!(said(&world).starts_with("True Disabled: connections are plain: spec."), "{}", said(&world));
}

#[tokio::test]
async fn nothing_is_made_during_a_pause() {
    let world = World::with(json!({"operation": {"paused": true}})).await;
    assert_eq!(world.changes_of_a_pass().await, [""; 0]);
    let world = World::settled(json!({})).await;
    world.change_spec(|spec| spec["operation"] = json!({"paused": true}));
    world.later(Duration::from_secs(31 * 24 * 3600));
    assert_eq!(world.changes_of_a_pass().await, [""; 0]);
    assert!(said(&world).starts_with("False Expired: the certificate in Secret shop-"), "{}", said(&world));
}

fn by_cert_manager() -> Value {
    json!({"security": {"mtls": {"issuer": "CertManager", "issuerRef": {"name": "internal"}}}})
}

/// cert-manager does what the Certificates ask for, with files of another stack.
fn cert_manager_issues(world: &World, files: &Value) {
    world.api.edit_all("/certificates/", |certificate| {
        certificate["status"]["conditions"] = json!([{
            "type": "Ready", "status": "True", "observedGeneration": certificate["metadata"]["generation"],
        }]);
    });
    for certificate in world.api.paths().iter().filter(|path| path.contains("/certificates/")) {
        let wanted = world.api.get(certificate).unwrap();
        let name = wanted["spec"]["secretName"].as_str().unwrap();
        let labels = &wanted["spec"]["secretTemplate"]["labels"];
        let made = json!({"metadata": {"name": name, "namespace": "shops", "labels": labels}, "data": files});
        world.api.put(&path("secrets", name), made);
    }
}

#[tokio::test]
async fn cert_manager_is_asked_for_certificates_once_it_is_there() {
    let other = World::settled(json!({})).await;
    let files: serde_json::Map<String, Value> = secret(&other, "shop-orders-tls")
        .into_iter()
        .map(|(key, value)| (key, json!(STANDARD.encode(value))))
        .collect();
    let world = World::with(by_cert_manager()).await;

    world.pass().await;
    assert!(said(&world).starts_with("False NotInstalled"), "{}", said(&world));
    assert_eq!(world.condition("Degraded")["reason"], "NotInstalled");
    assert!(world.api.paths().iter().all(|path| !path.ends_with("-tls") && !path.ends_with("/shop-ca")));

    world.tools.discovery.set(Offers::of(OPTIONAL.map(Kind::named)));
    let changes = of_certificates(world.changes_of_a_pass().await);
    assert_eq!(changes.len(), 8 + 4, "{changes:?}");
    assert!(said(&world).starts_with("False Issuing: Secret shop-"), "{}", said(&world));
    cert_manager_issues(&world, &json!(files));
    world.settle().await;
    assert!(said(&world).starts_with("True Issued"), "{}", said(&world));
    assert_eq!(world.changes_of_a_pass().await, [""; 0]);
    assert!(world.api.get(&path("secrets", "shop-ca")).is_none());
}
