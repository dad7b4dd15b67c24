use serde_json::json;

use super::shop::{Mood, Shop};

#[tokio::test]
async fn without_prometheus_the_number_is_held_and_then_the_stack_says_what_to_do() {
    let missing = json!({"holdForSeconds": 120, "then": "Static", "replicas": 2});
    let mut shop = Shop::with(json!({"onMissingMetrics": missing})).await;
    shop.prometheus(Mood::Requests(400.0));
    shop.ticks(4).await;
    assert_eq!(shop.replicas(), 4);

    for (mood, reason) in [(Mood::Code(500), "PrometheusUnreachable"), (Mood::Empty, "NoData")] {
        shop.prometheus(mood);
        shop.ticks(2).await;
        assert_eq!((shop.replicas(), shop.reason("MetricsAvailable").as_str()), (4, reason));
        assert_eq!(shop.row().held_back_by.as_deref(), Some("Missing"));
    }
    assert_eq!(shop.reason("AutoscalingActive"), "ScalingByMetrics", "nothing keeps the operator from it");

    shop.ticks(30).await;
    assert_eq!(shop.replicas(), 2, "what the fallback says");

    shop.prometheus(Mood::Requests(400.0));
    shop.ticks(4).await;
    assert_eq!((shop.replicas(), shop.reason("MetricsAvailable").as_str()), (4, "AllMetricsPresent"));
}

#[tokio::test]
async fn a_prometheus_that_refuses_or_talks_nonsense_is_a_condition_and_no_change() {
    let mut shop = Shop::with(json!({})).await;
    shop.prometheus(Mood::Requests(300.0));
    shop.ticks(4).await;
    for (code, reason) in [
        (401, "QueryRefused"),
        (429, "QueryRefused"),
        (503, "PrometheusUnreachable"),
        (200, "PrometheusUnreachable"),
    ] {
        shop.prometheus(Mood::Code(code));
        shop.world.later(std::time::Duration::from_secs(600));
        shop.ticks(1).await;
        assert_eq!((shop.replicas(), shop.reason("MetricsAvailable").as_str()), (3, reason), "{code}");
    }
    assert_eq!(shop.world.condition("Ready")["status"], "True");
}
