use serde_json::json;

use super::shop::{Mood, Shop};
use crate::cluster::SCALER;

#[tokio::test]
async fn load_scales_up_at_once_and_its_end_scales_down_after_the_window() {
    let mut shop = Shop::with(json!({})).await;
    shop.prometheus(Mood::Requests(340.0));
    shop.ticks(5).await;

    assert_eq!(shop.replicas(), 4);
    let scales = shop.scales();
    let (manager, test, _) = &scales[0];
    assert_eq!(manager, SCALER);
    assert_eq!(*test, json!({"op": "test", "path": "/spec/replicas", "value": 1}));
    assert_eq!(scales.last().unwrap().2, 4);
    let row = shop.row();
    assert_eq!((row.mode.as_str(), row.desired), ("Native", 4));
    assert!(row.metric.is_some() && row.value.is_some() && row.sampled_at.is_some(), "{row:?}");
    assert_eq!(shop.reason("AutoscalingActive"), "ScalingByMetrics");
    assert_eq!(shop.reason("MetricsAvailable"), "AllMetricsPresent");

    shop.prometheus(Mood::Requests(0.0));
    shop.ticks(18).await;
    assert_eq!(shop.replicas(), 4, "270 s are not yet the window");
    shop.ticks(8).await;
    assert_eq!(shop.replicas(), 1);
}

#[tokio::test]
async fn new_pods_do_not_make_the_same_sample_ask_for_more() {
    let latency = json!({"name": "latency", "preset": "P99Latency", "target": "100"});
    let mut shop = Shop::with(json!({"max": 40, "metrics": [latency]})).await;
    shop.prometheus(Mood::Requests(200.0));
    shop.ticks(1).await;
    assert_eq!(shop.replicas(), 2);
    shop.ticks(1).await;
    assert_eq!(shop.replicas(), 4, "twice its target still, with two pods");
}

#[tokio::test]
async fn a_change_is_told_with_the_metric_that_asked_for_it() {
    let mut shop = Shop::with(json!({})).await;
    shop.prometheus(Mood::Requests(200.0));
    shop.ticks(3).await;
    let events = shop.events();
    let told =
        events.iter().find(|event| event.starts_with("ScaledUp")).unwrap_or_else(|| panic!("{events:?}"));
    assert!(told.contains("catalog: 1 -> 2 pods") && told.contains("(target 100 per pod)"), "{told}");
}

#[tokio::test]
async fn a_steady_load_costs_no_write() {
    let mut shop = Shop::with(json!({})).await;
    shop.prometheus(Mood::Requests(150.0));
    shop.ticks(20).await;
    assert_eq!(shop.replicas(), 2);
    shop.world.api.asked();
    for tick in 0..40 {
        // Now within what is tolerated, now not.
        shop.prometheus(Mood::Requests(if tick % 2 == 0 { 150.0 } else { 195.0 }));
        shop.ticks(1).await;
    }
    let writes = shop.world.api.writes();
    assert!(writes.is_empty(), "{writes:#?}");
}

#[tokio::test]
async fn a_number_that_somebody_wrote_in_this_moment_is_not_overwritten() {
    let mut shop = Shop::with(json!({})).await;
    shop.world.api.fault(|asked, store| {
        if asked.path.ends_with("/scale") && store.get(super::shop::CATALOG).unwrap()["spec"]["replicas"] == 1
        {
            store.edit(super::shop::CATALOG, |deployment| deployment["spec"]["replicas"] = json!(3));
        }
        None
    });
    shop.prometheus(Mood::Requests(200.0));
    shop.ticks(1).await;
    assert_eq!(shop.replicas(), 3);
}

#[tokio::test]
async fn an_api_server_that_does_not_take_the_number_is_asked_again_at_the_next_tick() {
    let mut shop = Shop::with(json!({})).await;
    let mut down = true;
    shop.world.api.fault(move |asked, _| {
        let refused = asked.path.ends_with("/scale") && std::mem::take(&mut down);
        refused.then(|| crate::fake_api::refusal(500, "InternalError"))
    });
    shop.prometheus(Mood::Requests(200.0));
    shop.ticks(1).await;
    assert_eq!((shop.replicas(), shop.scales().len()), (1, 1));
    shop.ticks(2).await;
    assert_eq!(shop.replicas(), 2);
}

#[tokio::test]
async fn a_stack_with_a_service_that_sleeps_is_asked_about_between_ticks() {
    const NOTIFICATIONS: &str = "/apis/apps/v1/namespaces/shops/deployments/shop-notifications";
    let mut shop = Shop::with(json!({})).await;
    shop.world.change_spec(|spec| spec["services"]["notifications"] = json!({"scaling": {"min": 0}}));
    shop.world.pass().await;
    shop.settle().await;
    assert!(shop.autoscaler.groups_asleep().is_empty(), "everybody is awake");
    shop.world.api.scale(NOTIFICATIONS, "kubectl", 0);
    shop.settle().await;
    assert_eq!(shop.autoscaler.groups_asleep().len(), 1);
}
