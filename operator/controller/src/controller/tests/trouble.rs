use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use tokio::time::Instant;

use super::running::{Running, is, service, stack};
use crate::backoff::LONGEST;
use crate::fake_api::{FakeApi, refusal};
use crate::reconcile::{ReconcileError, reconcile};
use crate::stack_key::StackMeta;

fn lost() -> String {
    service("shops", "shop-gateway")
}

async fn repaired(running: &Running) {
    running.api.until("the Service is back", |api| api.get(&lost()).is_some()).await;
}

#[tokio::test]
async fn what_happened_while_the_api_server_was_away_is_repaired_when_it_is_back() {
    let running = Running::of("").await;
    running.create("shops", "shop", json!({}));
    let script = async {
        running.ready("shops", "shop").await;
        running.api.stop();
        running.api.delete(&lost());
        tokio::time::sleep(Duration::from_secs(1)).await;
        running.api.is_back();
        repaired(&running).await;
    };
    running.during(script).await;
    assert!(running.metrics().contains("watch_failures_total{"), "it is counted");
}

#[tokio::test]
async fn a_watch_that_is_told_410_lists_anew_and_misses_nothing() {
    let running = Running::of("").await;
    running.create("shops", "shop", json!({}));
    let script = async {
        running.ready("shops", "shop").await;
        running.calm().await;
        running.api.stop();
        running.api.delete(&lost());
        running.create("shops", "second", json!({}));
        running.api.compact();
        running.api.is_back();
        repaired(&running).await;
        running.ready("shops", "second").await;
    };
    running.during(script).await;
    let asked = running.api.asked();
    assert!(asked.iter().any(|asked| asked.path == "/api/v1/services" && !asked.watches()), "listed anew");
}

#[tokio::test]
async fn a_kind_that_can_not_be_watched_starves_no_other() {
    let running = Running::of("").await;
    running.api.fault(|asked, _| {
        let unlucky = asked.path.ends_with("/v1/ingresses") || asked.path.ends_with("/v1/cronjobs");
        (unlucky && !asked.path.contains("/namespaces/")).then(|| refusal(403, "Forbidden"))
    });
    running.create("shops", "shop", json!({}));
    let script = async {
        running.ready("shops", "shop").await;
        let began = Instant::now();
        running.api.delete(&lost());
        repaired(&running).await;
        assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
    };
    running.during(script).await;
}

#[tokio::test]
async fn an_api_server_that_refuses_again_and_again_is_told_of_on_the_stack_until_it_is_over() {
    let running = Running::of("").await;
    running.create("shops", "shop", json!({}));
    let shop = stack("shops", "shop");
    let script = async {
        running.ready("shops", "shop").await;
        running.api.fault(|asked, _| {
            let throttled = asked.writes() && asked.path.contains("/services/");
            throttled.then(|| refusal(429, "TooManyRequests"))
        });
        running.api.delete(&lost());
        let says = |api: &FakeApi, reason: &str| is(api, &shop, "Degraded", "reason", reason);
        running.api.until("it says so", |api| says(api, "ReconcileFailed")).await;
        running.api.mend();
        repaired(&running).await;
        running.api.until("it is over", |api| says(api, "AsExpected")).await;
        running.ready("shops", "shop").await;
    };
    running.during(script).await;
}

#[tokio::test]
async fn a_stack_that_can_not_be_read_holds_up_no_other() {
    let running = Running::of("").await;
    running.create("shops", "broken", json!({"services": "all of them"}));
    running.create("shops", "shop", json!({}));
    let script = async {
        running.ready("shops", "shop").await;
        let broken = stack("shops", "broken");
        let told = |api: &FakeApi| is(api, &broken, "Degraded", "reason", "InvalidSpec");
        running.api.until("the other one says what is wrong", told).await;
    };
    running.during(script).await;
}

fn meta() -> Arc<StackMeta> {
    Arc::new(serde_json::from_value(json!({"metadata": {"name": "shop", "namespace": "shops"}})).unwrap())
}

#[tokio::test]
async fn a_pass_without_an_answer_ends() {
    let running = Running::of("").await;
    running.create("shops", "shop", json!({}));
    running.api.fall_silent();
    let mut context = Arc::into_inner(running.context).unwrap();
    context.patience = Duration::from_millis(50);
    let outcome = reconcile(meta(), context.into()).await;
    assert!(matches!(outcome, Err(ReconcileError::TimedOut { .. })), "{outcome:?}");
}

#[tokio::test]
async fn who_is_asked_to_slow_down_waits_as_long_as_asked_but_not_for_ever() {
    let running = Running::of("").await;
    running.create("shops", "shop", json!({}));
    for (asked_for, waits) in [(0, Duration::ZERO), (7, Duration::from_secs(7)), (9999, LONGEST)] {
        running.api.mend();
        running.api.fault(move |asked, _| {
            let (code, mut body) = refusal(429, "TooManyRequests");
            body["details"] = json!({"retryAfterSeconds": asked_for});
            asked.path.ends_with("/ecommercestacks/shop").then_some((code, body))
        });
        let error = reconcile(meta(), running.context.clone()).await.unwrap_err();
        assert_eq!(error.asked_for(), waits);
    }
    assert!(running.metrics().contains("reconciles_total{result=\"failed\"} 3"), "it is counted");
}
