use std::time::Duration;

use serde_json::{Value, json};

use super::shop::{Mood, Shop};
use crate::autoscaler::view::{HOLD_UNTIL, PAUSED, PAUSED_REPLICAS};

#[tokio::test]
async fn a_number_by_hand_is_held_until_its_time_is_over() {
    let mut shop = Shop::with(json!({"manual": {"holdSeconds": 600}})).await;
    shop.kubectl_scale(5).await;

    assert_eq!((shop.replicas(), shop.annotation(HOLD_UNTIL).as_deref()), (5, Some("2026-11-22T12:10:30Z")));
    assert_eq!(shop.reason("AutoscalingActive"), "ManualHold");
    assert_eq!(shop.world.status().holds.as_deref(), Some("catalog=5 until 12:10Z"));
    assert_eq!(shop.row().hold_until.as_deref(), Some("2026-11-22T12:10:30Z"));
    assert_eq!(shop.row().held_back_by.as_deref(), Some("Hold"));
    let events = shop.events();
    let told = events.iter().find(|event| event.starts_with("ManualHold: kubectl set 5 pods")).unwrap();
    assert!(
        told.ends_with("kubectl -n shops annotate deployment shop-catalog ecommercestack.dev/hold-until-"),
        "{told}"
    );

    shop.prometheus(Mood::Requests(0.0));
    shop.ticks(39).await;
    assert_eq!(shop.replicas(), 5, "nothing asks for so many, and still");
    let told = shop.events();
    assert!(told.is_empty(), "{told:?}");

    shop.ticks(2).await;
    assert_eq!((shop.replicas(), shop.annotation(HOLD_UNTIL)), (5, None), "control goes on from there");
    assert_eq!(shop.reason("AutoscalingActive"), "ScalingByMetrics");
    assert_eq!(shop.world.status().holds, None);
    assert!(shop.events().iter().any(|event| event.starts_with("HoldReleased")));
    shop.ticks(30).await;
    assert_eq!(shop.replicas(), 1, "and by its rules");
}

#[tokio::test]
async fn a_hold_is_released_by_removing_its_annotation() {
    let mut shop = Shop::with(json!({"manual": {"hold": "Forever"}})).await;
    shop.kubectl_scale(3).await;
    assert_eq!(shop.annotation(HOLD_UNTIL).as_deref(), Some("forever"));
    shop.world.later(Duration::from_secs(1_000_000));
    shop.ticks(1).await;
    assert_eq!(shop.replicas(), 3);
    shop.world.api.asked();

    shop.annotate(HOLD_UNTIL, Value::Null).await;

    assert!(shop.events().iter().any(|event| event.starts_with("HoldReleased")));
    shop.ticks(1).await;
    assert_eq!(
        (shop.replicas(), shop.annotation(HOLD_UNTIL)),
        (3, None),
        "the number is not taken for another hold"
    );
    shop.ticks(30).await;
    assert_eq!(shop.replicas(), 1);
}

#[tokio::test]
async fn a_hold_down_is_a_hold_too_and_scaling_again_moves_it() {
    let mut shop = Shop::with(json!({"min": 2})).await;
    shop.kubectl_scale(0).await;
    shop.ticks(2).await;
    assert_eq!(shop.replicas(), 0);
    let first = shop.annotation(HOLD_UNTIL).unwrap();
    shop.kubectl_scale(4).await;
    assert_eq!(shop.replicas(), 4);
    assert!(shop.annotation(HOLD_UNTIL).unwrap() > first);
    assert_eq!(shop.row().desired, 4);
}

#[tokio::test]
async fn a_hold_that_can_not_be_read_holds_and_says_so() {
    let mut shop = Shop::with(json!({})).await;
    shop.annotate(HOLD_UNTIL, json!("tomorrow")).await;
    shop.prometheus(Mood::Requests(400.0));
    shop.ticks(3).await;
    assert_eq!(shop.replicas(), 1);
    assert!(shop.row().message.unwrap().contains("`tomorrow` is neither a time"));
}

#[tokio::test]
async fn where_holds_are_refused_the_number_goes_back() {
    let mut shop = Shop::with(json!({"manual": {"hold": "Refuse"}})).await;
    shop.kubectl_scale(5).await;
    assert_eq!((shop.replicas(), shop.annotation(HOLD_UNTIL)), (1, None));
    let events = shop.events();
    assert!(events.iter().any(|event| event.starts_with("ScaleRefused: kubectl set 5 pods")), "{events:?}");
}

#[tokio::test]
async fn paused_replicas_are_set_and_kept() {
    let mut shop = Shop::with(json!({})).await;
    shop.annotate(PAUSED_REPLICAS, json!("5")).await;
    assert_eq!((shop.replicas(), shop.reason("AutoscalingActive").as_str()), (5, "Paused"));
    shop.kubectl_scale(2).await;
    assert_eq!((shop.replicas(), shop.annotation(HOLD_UNTIL)), (5, None));

    shop.annotate(PAUSED_REPLICAS, json!("many")).await;
    shop.ticks(30).await;
    assert_eq!(shop.replicas(), 5);
    assert!(shop.row().message.unwrap().contains("no number from 0 to 50"));

    shop.annotate(PAUSED_REPLICAS, Value::Null).await;
    assert_eq!(shop.reason("AutoscalingActive"), "ScalingByMetrics");
    shop.ticks(30).await;
    assert_eq!(shop.replicas(), 1);
}

#[tokio::test]
async fn a_paused_service_keeps_its_number_and_so_do_all_of_a_paused_stack() {
    let mut shop = Shop::with(json!({})).await;
    shop.annotate(PAUSED, json!("true")).await;
    shop.prometheus(Mood::Requests(400.0));
    shop.ticks(2).await;
    assert_eq!((shop.replicas(), shop.row().held_back_by.as_deref()), (1, Some("Paused")));

    shop.world.api.edit(crate::pass::tests::world::STACK, |stack| {
        stack["metadata"]["annotations"] = json!({PAUSED: "true"});
    });
    shop.world.pass().await;
    shop.annotate(PAUSED, Value::Null).await;
    shop.ticks(2).await;
    assert_eq!(shop.replicas(), 1);
    assert!(shop.row().message.unwrap().contains("of the stack"));
}

#[tokio::test]
async fn another_process_remembers_what_was_set_and_sees_what_was_not() {
    let mut shop = Shop::with(json!({})).await;
    shop.kubectl_scale(3).await;
    shop.annotate(HOLD_UNTIL, Value::Null).await;
    shop.ticks(1).await;

    shop.restart();
    shop.world.pass().await;
    shop.ticks(1).await;
    assert_eq!(
        (shop.replicas(), shop.annotation(HOLD_UNTIL)),
        (3, None),
        "kubectl owns it, but it was taken over"
    );

    shop.restart();
    shop.world.api.scale(super::shop::CATALOG, "kubectl", 4);
    shop.world.pass().await;
    shop.ticks(1).await;
    assert_eq!(shop.replicas(), 4);
    assert!(shop.annotation(HOLD_UNTIL).is_some(), "nobody was there to see it, and it counts");
}
