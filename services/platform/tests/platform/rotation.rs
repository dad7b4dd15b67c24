//! New certificates come into use under load without one failed request; broken ones never do.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use contracts::identity::bundle_hash;
use futures::future::join_all;
use reqwest::Client;
use testkit::{Authority, Secured, TlsFolder, caller_from, eventually};

use crate::mtls::{front, name};

/// What the storefront says of itself, to whom it trusts.
async fn metrics(front: &Secured, as_operator: &Client) -> String {
    let answer = as_operator.get(front.admin_url("/metrics")).send().await.unwrap();
    answer.error_for_status().unwrap().text().await.unwrap()
}

fn shows_bundle(metrics: &str, trusted: &[&Authority]) -> bool {
    let bundle: String = trusted.iter().map(|authority| authority.pem()).collect();
    let hash = bundle_hash(bundle.as_bytes());
    metrics.contains(&format!(r#"shop_tls_bundle_info{{hash="{hash}",role="storefront"}} 1"#))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_requests_while_the_ca_changes_and_none_fails() {
    let (old, new) = (Authority::default(), Authority::default());
    let front = front(&old.certify(&name("storefront")), &[&old]).await;
    let folder = |part: &str| TlsFolder::new(&old.certify(&name(part)), &[&old]);
    let (gateway, operator) = (folder("gateway"), folder("operator"));
    let (client, asking) = (caller_from(&gateway), caller_from(&operator));
    let (rotated, url) = (AtomicBool::new(false), front.url("/"));

    let load = async || {
        let mut answered = 0;
        while !rotated.load(Ordering::Relaxed) || answered < 250 {
            let answer = client.get(&url).send().await.expect("no request fails");
            assert_eq!(answer.status(), 200);
            answered += 1;
        }
        answered
    };
    let turn = async |issuer: &Authority, trusted: &[&Authority]| {
        for (folder, part) in [(&front.folder, "storefront"), (&gateway, "gateway"), (&operator, "operator")]
        {
            folder.swap(&issuer.certify(&name(part)), trusted);
        }
        eventually("it trusts this bundle", async || {
            shows_bundle(&metrics(&front, &asking).await, trusted).then_some(())
        })
        .await;
        // The caller looks as often; nothing shows that from outside.
        tokio::time::sleep(Duration::from_secs(3)).await;
    };
    let rotation = async {
        turn(&old, &[&old, &new]).await;
        turn(&new, &[&old, &new]).await;
        turn(&new, &[&new]).await;
        rotated.store(true, Ordering::Relaxed);
    };
    let (answered, ()) = tokio::join!(join_all((0..4).map(|_| load())), rotation);

    assert!(answered.iter().sum::<u32>() >= 1_000, "{answered:?}");
    let of_old = TlsFolder::new(&old.certify(&name("gateway")), &[&new]);
    assert!(caller_from(&of_old).get(&url).send().await.is_err(), "the old CA is believed no more");
    front.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_broken_is_told_once_and_what_was_good_stays() {
    let authority = Authority::default();
    let own = authority.certify(&name("storefront"));
    let front = front(&own, &[&authority]).await;
    let folder = |part: &str| TlsFolder::new(&authority.certify(&name(part)), &[&authority]);
    let (gateway, operator) = (folder("gateway"), folder("operator"));
    let (client, asking) = (caller_from(&gateway), caller_from(&operator));
    let failures = async || {
        let text = metrics(&front, &asking).await;
        let line = text.lines().find_map(|line| {
            line.strip_prefix(r#"shop_tls_reload_failures_total{role="storefront"} "#)?.parse::<u64>().ok()
        });
        line.expect("it is there from the start")
    };
    let before = failures().await;

    front.folder.spoil("tls.crt", &own.chain[..own.chain.len() / 2]);
    eventually("the failure is counted", async || (failures().await == before + 1).then_some(())).await;
    assert_eq!(client.get(front.url("/")).send().await.unwrap().status(), 200);

    let other = Authority::default();
    front.folder.swap(&authority.certify(&name("storefront")), &[&authority, &other]);
    eventually("what is good again is taken", async || {
        shows_bundle(&metrics(&front, &asking).await, &[&authority, &other]).then_some(())
    })
    .await;
    assert_eq!(failures().await, before + 1);
    assert_eq!(client.get(front.url("/")).send().await.unwrap().status(), 200);
    front.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expired_certificate_is_shown_all_the_same() {
    let authority = Authority::default();
    let front = front(&authority.certify_expired(&name("storefront")), &[&authority]).await;
    let health = Client::builder().tls_danger_accept_invalid_certs(true).build().unwrap();
    assert_eq!(health.get(front.admin_url("/livez")).send().await.unwrap().status(), 200);
    front.close().await;
}
