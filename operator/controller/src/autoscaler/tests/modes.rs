use serde_json::{Value, json};

use super::shop::{CATALOG, Mood, Shop};
use crate::autoscaler::view::HOLD_UNTIL;

fn foreign_hpa() -> Value {
    json!({
        "metadata": {"name": "theirs", "namespace": "shops"},
        "spec": {"scaleTargetRef": {"kind": "Deployment", "name": "shop-catalog"}, "maxReplicas": 9},
    })
}

#[tokio::test]
async fn an_hpa_of_somebody_else_is_yielded_to_until_it_is_gone() {
    let mut shop = Shop::with(json!({})).await;
    let theirs = crate::pass::tests::world::path("horizontalpodautoscalers", "theirs");
    shop.world.api.put(&theirs, foreign_hpa());
    shop.settle().await;
    assert_eq!(shop.reason("AutoscalingActive"), "YieldedToExternal");
    let events = shop.events();
    assert_eq!(
        events.iter().filter(|event| event.starts_with("YieldedToExternal: HPA theirs")).count(),
        1,
        "{events:?}"
    );

    shop.world.api.scale(CATALOG, "kube-controller-manager", 7);
    shop.settle().await;
    shop.ticks(3).await;
    assert_eq!((shop.replicas(), shop.row().held_back_by.as_deref()), (7, Some("Yielded")));
    assert_eq!(shop.scales(), []);

    shop.world.api.delete(&theirs);
    shop.settle().await;
    assert_eq!(shop.reason("AutoscalingActive"), "ScalingByMetrics");
    assert_eq!(shop.annotation(HOLD_UNTIL), None, "what it left is taken over");
    assert!(shop.replicas() <= 7);
}

#[tokio::test]
async fn no_pod_is_lost_from_mode_to_mode() {
    let mut shop = Shop::with(json!({})).await;
    shop.prometheus(Mood::Requests(300.0));
    shop.ticks(4).await;
    assert_eq!(shop.replicas(), 3);

    shop.change_scaling(json!({"mode": "HPA"})).await;
    let hpa = |shop: &Shop| shop.world.api.get(&Shop::hpa()).unwrap()["spec"].clone();
    assert_eq!((hpa(&shop)["minReplicas"].clone(), hpa(&shop)["maxReplicas"].clone()), (json!(3), json!(5)));
    shop.prometheus(Mood::Requests(450.0));
    shop.ticks(6).await;
    assert_eq!(hpa(&shop)["minReplicas"], 5, "the floor follows the metrics");
    assert_eq!(shop.replicas(), 3, "and the number is the HPA's");
    shop.world.api.scale(CATALOG, "kube-controller-manager", 5);
    shop.settle().await;

    shop.change_scaling(json!({"mode": "Fixed", "replicas": 5})).await;
    assert!(shop.world.api.get(&Shop::hpa()).is_none());
    assert_eq!((shop.replicas(), shop.annotation(HOLD_UNTIL)), (5, None));

    shop.change_scaling(json!({"mode": "Native"})).await;
    shop.ticks(4).await;
    assert_eq!((shop.replicas(), shop.annotation(HOLD_UNTIL)), (5, None));
}

#[tokio::test]
async fn native_waits_for_an_hpa_of_ours_to_be_gone() {
    let mut shop = Shop::with(json!({"mode": "HPA", "min": 2})).await;
    shop.world.api.fault(|asked, _| {
        let delete = asked.method == "DELETE" && asked.path.contains("/horizontalpodautoscalers/");
        delete.then(|| (200, json!({"kind": "Status", "status": "Success"})))
    });
    shop.world.api.scale(CATALOG, "kube-controller-manager", 2);
    shop.settle().await;
    shop.change_scaling(json!({"mode": "Fixed", "replicas": 4})).await;
    shop.ticks(2).await;
    assert_eq!(shop.replicas(), 2);
    assert_eq!(shop.row().message.as_deref(), Some("HPA shop-catalog is still there"));
    shop.world.api.delete(&Shop::hpa());
    shop.settle().await;
    assert_eq!(shop.replicas(), 4);
}

#[tokio::test]
async fn fixed_follows_the_spec_and_a_hand_is_held_there_too() {
    let mut shop = Shop::with(json!({"mode": "Fixed", "replicas": 2})).await;
    assert_eq!(shop.replicas(), 2);
    shop.change_scaling(json!({"replicas": 4})).await;
    assert_eq!(shop.replicas(), 4);
    shop.kubectl_scale(1).await;
    shop.ticks(2).await;
    assert_eq!(shop.replicas(), 1);
    shop.world.later(std::time::Duration::from_secs(1800));
    shop.ticks(2).await;
    assert_eq!((shop.replicas(), shop.annotation(HOLD_UNTIL)), (4, None));
}

#[tokio::test]
async fn in_mode_external_nothing_is_done_at_all() {
    let mut shop = Shop::with(json!({"mode": "External"})).await;
    shop.prometheus(Mood::Requests(500.0));
    shop.kubectl_scale(7).await;
    shop.ticks(3).await;
    assert_eq!((shop.replicas(), shop.annotation(HOLD_UNTIL)), (7, None));
    assert_eq!((shop.row().mode.as_str(), shop.row().desired), ("External", 7));
    assert_eq!(shop.scales(), []);
}

#[tokio::test]
async fn whoever_scales_what_an_hpa_decides_is_told_once() {
    let mut shop = Shop::with(json!({"mode": "HPA"})).await;
    shop.kubectl_scale(4).await;
    shop.ticks(3).await;
    let events = shop.events();
    let told: Vec<_> = events.iter().filter(|event| event.starts_with("HpaDecides: kubectl set 4")).collect();
    assert_eq!(told.len(), 1, "{events:?}");
    assert!(told[0].ends_with("annotate deployment shop-catalog ecommercestack.dev/autoscaling-paused=true"));
    assert_eq!(shop.annotation(HOLD_UNTIL), None);
}

#[tokio::test]
async fn without_keda_its_mode_keeps_what_there_is() {
    let mut shop = Shop::with(json!({"mode": "KEDA"})).await;
    assert_eq!(shop.reason("AutoscalingActive"), "KedaNotInstalled");
    shop.prometheus(Mood::Requests(500.0));
    shop.ticks(3).await;
    assert_eq!(shop.replicas(), 1);
}
