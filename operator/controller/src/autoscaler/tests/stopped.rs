use serde_json::json;

use super::shop::{Mood, Shop};
use crate::autoscaler::view::{PAUSED, RESUME_REPLICAS};
use crate::pass::tests::world::path;

async fn stop(shop: &mut Shop, stopped: bool) {
    shop.world.change_spec(|spec| spec["operation"] = json!({"stopped": stopped}));
    shop.world.pass().await;
    shop.settle().await;
}

/// Whose catalog has three pods for its load.
async fn busy(scaling: serde_json::Value) -> Shop {
    let mut shop = Shop::with(scaling).await;
    shop.prometheus(Mood::Requests(250.0));
    shop.ticks(8).await;
    assert_eq!(shop.replicas(), 3);
    shop
}

fn pods_of(shop: &Shop, role: &str) -> u64 {
    let deployment = shop.world.api.get(&path("deployments", &format!("shop-{role}"))).unwrap();
    deployment["spec"]["replicas"].as_u64().unwrap()
}

#[tokio::test]
async fn a_stopped_stack_has_no_pods_of_services_and_comes_back_as_large_as_it_was() {
    let mut shop = busy(json!({})).await;
    stop(&mut shop, true).await;
    assert_eq!((shop.replicas(), pods_of(&shop, "users")), (0, 0));
    assert_eq!(shop.annotation(RESUME_REPLICAS).as_deref(), Some("3"));
    for kind in ["Ready", "Progressing", "AutoscalingActive"] {
        let condition = shop.world.condition(kind);
        assert_eq!(
            (&condition["status"], &condition["reason"]),
            (&json!("False"), &json!("Stopped")),
            "{kind}"
        );
    }
    assert_eq!(
        shop.world.condition("DatabaseReady")["status"],
        "True",
        "the data is kept, and its server runs"
    );

    shop.world.api.asked();
    shop.ticks(4).await;
    let writes = shop.world.api.writes();
    assert!(writes.is_empty(), "whatever the load: {writes:?}");

    shop.world.change_spec(|spec| spec["operation"] = json!({"stopped": false}));
    shop.world.pass().await;
    assert_eq!(shop.world.condition("Ready")["status"], "False", "there are no pods yet");
    shop.settle().await;
    assert_eq!((shop.replicas(), pods_of(&shop, "users"), shop.annotation(RESUME_REPLICAS)), (3, 1, None));
    shop.world.pass().await;
    assert_eq!(shop.reason("Ready"), "AllComponentsReady");
    shop.ticks(2).await;
    assert_eq!(shop.replicas(), 3, "from there the metrics go on");
}

#[tokio::test]
async fn a_process_that_ends_while_it_stops_or_resumes_is_followed_by_one_that_goes_on() {
    let mut shop = busy(json!({})).await;
    for stopped in [true, false] {
        let mut cut = false;
        shop.world.api.fault(move |asked, _| {
            let scale = asked.path.ends_with("/scale") && !cut;
            cut |= scale;
            scale.then(|| crate::fake_api::refusal(500, "InternalError"))
        });
        stop(&mut shop, stopped).await;
        shop.restart();
        shop.world.pass().await;
        shop.settle().await;
        shop.ticks(1).await;
        assert_eq!(shop.replicas(), if stopped { 0 } else { 3 });
    }
    assert_eq!(shop.annotation(RESUME_REPLICAS), None);
}

#[tokio::test]
async fn whoever_scales_it_otherwise_a_stopped_service_has_no_pods() {
    for scaling in
        [json!({"mode": "External"}), json!({"mode": "Fixed", "replicas": 2}), json!({"mode": "HPA"})]
    {
        let mut shop = Shop::with(scaling.clone()).await;
        let before = shop.replicas();
        stop(&mut shop, true).await;
        assert_eq!(shop.replicas(), 0, "{scaling}");
        shop.kubectl_scale(4).await;
        assert_eq!(shop.replicas(), 0, "{scaling}: nor by hand");
        stop(&mut shop, false).await;
        assert_eq!(shop.replicas(), before, "{scaling}");
    }
}

#[tokio::test]
async fn a_pause_of_the_autoscaler_does_not_keep_pods_in_a_stopped_stack() {
    let mut shop = busy(json!({})).await;
    shop.annotate(PAUSED, json!("true")).await;
    stop(&mut shop, true).await;
    assert_eq!(shop.replicas(), 0);
    stop(&mut shop, false).await;
    assert_eq!((shop.replicas(), shop.reason("AutoscalingActive")), (3, "Paused".to_owned()));
}

#[tokio::test]
async fn no_database_is_migrated_while_the_stack_is_stopped() {
    let mut shop = Shop::with(json!({})).await;
    stop(&mut shop, true).await;
    shop.world.change_spec(|spec| spec["version"] = json!("9.0.0"));
    shop.world.pass().await;
    let new = |shop: &Shop| {
        let jobs = shop.world.api.paths().into_iter().filter(|path| path.contains("/jobs/"));
        jobs.filter(|job| shop.world.api.get(job).unwrap().to_string().contains("shop:9.0.0")).count()
    };
    assert_eq!((new(&shop), shop.world.image("users")), (0, "shop:1".to_owned()));
    assert_eq!(shop.reason("Progressing"), "Stopped");
    stop(&mut shop, false).await;
    assert_eq!(new(&shop), 6);
}
