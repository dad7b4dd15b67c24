//! The checkout saga: happy, with every message twice, failing at each step, and undone twice.

use std::time::Duration;

use contracts::api::orders::{EndReason, OrderStatus};
use contracts::api::payments::DeclineReason;
use contracts::messages::orders::{
    AuthorizePayment, CapturePayment, CommitStock, OrderCancelled, OrderConfirmed, OrderRejected,
    RefundPayment, ReleaseStock, RenewReservation, ReserveStock, VoidPayment,
};
use contracts::messages::payments::{PaymentAuthorized, PaymentSucceeded};
use kernel::PaymentId;

use crate::support::{Placed, Shop, euros};

const HAPPY: [&str; 10] = [
    "order.created.v1",
    "stock.reserve.v1",
    "stock.reserved.v1",
    "payment.authorize.v1",
    "payment.authorized.v1",
    "stock.commit.v1",
    "stock.committed.v1",
    "payment.capture.v1",
    "payment.succeeded.v1",
    "order.confirmed.v1",
];

#[tokio::test(flavor = "multi_thread")]
async fn an_order_is_confirmed_once_it_is_paid_and_taken_from_the_shelf() {
    let shop = Shop::open().await;
    let order = shop.order().await;
    assert_eq!(order.view().await.status, OrderStatus::Pending);
    order.reserved().await;
    order.becomes(OrderStatus::AwaitingPayment).await;
    let authorize: AuthorizePayment = shop.app.published.first().await;
    assert_eq!((authorize.customer_id, authorize.amount), (shop.customer.0, euros(18_998)));
    order.authorized().await;
    let open = order.becomes(OrderStatus::Authorized).await;
    let left = open.cancellable_until.unwrap() - shop.app.clock.now();
    assert!((25..=30).contains(&left.num_seconds()), "{left}");
    order.window_passes().await;
    assert_eq!(order.view().await.cancellable_until, None);
    order.committed().await;
    order.captured().await;
    let confirmed = order.becomes(OrderStatus::Confirmed).await;
    assert_eq!((confirmed.reason, confirmed.cancellable_until), (None, None));
    assert_eq!(shop.app.published.first::<OrderConfirmed>().await.total, euros(18_998));
    assert_eq!(order.kinds().await, HAPPY);
    assert!(shop.cart(order.cart).await.frozen);

    let events = shop.app.published.all();
    assert!(events.iter().all(|event| event.correlationid == Some(order.id.to_string())));
    let versions: Vec<i64> = events.iter().map(|event| event.aggregateversion).collect();
    assert_eq!(versions, [1, 1, 2, 4, 5, 6]);
    let caused = events.iter().filter(|event| event.causationid.is_some()).count();
    assert_eq!(caused, 3, "all but the beginning and what time has done");
}

#[tokio::test(flavor = "multi_thread")]
async fn with_every_message_twice_everything_happens_once() {
    let mut shop = Shop::open().await;
    shop.twice = true;
    let order = shop.order().await;
    order.is_confirmed().await;
    order.asked::<AuthorizePayment>(1).await;
    order.asked::<CapturePayment>(1).await;
    order.asked::<OrderConfirmed>(1).await;
    let mut sent: Vec<String> = order.kinds().await;
    sent.retain(|kind| !kind.ends_with("ed.v1") || kind.starts_with("order."));
    assert_eq!(sent.len(), 6);
    assert!(shop.app.broker.parked(contracts::Role::Orders).await.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_window_stock_is_committed_at_once() {
    let shop = Shop::open_with(&[("CANCELLATION_WINDOW_SECONDS", "0")]).await;
    let order = shop.order().await;
    order.reserved().await;
    order.authorized().await;
    order.committed().await;
    order.captured().await;
    order.becomes(OrderStatus::Confirmed).await;
}

/// The order ended like this, its cart can be used again, and it was said once.
async fn rejected(order: &Placed<'_>, reason: EndReason) {
    let view = order.becomes(OrderStatus::Rejected).await;
    assert_eq!(view.reason.as_ref(), Some(&reason));
    assert_eq!(order.shop.app.published.first::<OrderRejected>().await.reason, reason);
    order.asked::<OrderRejected>(1).await;
    assert!(!order.shop.cart(order.cart).await.frozen);
}

async fn cancelled(order: &Placed<'_>) {
    let view = order.becomes(OrderStatus::Cancelled).await;
    assert_eq!(view.reason, Some(EndReason::CustomerCancelled));
    order.asked::<OrderCancelled>(1).await;
    assert!(!order.shop.cart(order.cart).await.frozen);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_out_of_stock_is_rejected_and_can_be_ordered_again() {
    let shop = Shop::open().await;
    let order = shop.order().await;
    order.short().await;
    let view = order.becomes(OrderStatus::Rejected).await;
    let Some(EndReason::OutOfStock { shortages }) = view.reason else { panic!("{:?}", view.reason) };
    rejected(&order, EndReason::OutOfStock { shortages }).await;
    assert_eq!(shop.app.published.count::<ReleaseStock>(), 0);
    assert_eq!(shop.app.published.count::<VoidPayment>(), 0);

    shop.put(order.cart, "CHAIR", 1).await;
    shop.place(order.cart, "second-try").await.expect::<serde_json::Value>(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_declined_payment_releases_the_stock() {
    let shop = Shop::open().await;
    let order = shop.order().await;
    order.reserved().await;
    order.declined().await;
    let view = order.becomes(OrderStatus::Unwinding).await;
    let reason = EndReason::PaymentDeclined { reason: DeclineReason::CardDeclined };
    assert_eq!(view.reason.as_ref(), Some(&reason));
    assert!(shop.cart(order.cart).await.frozen, "not before everything is undone");
    order.released().await;
    rejected(&order, reason).await;
    assert_eq!(shop.app.published.count::<VoidPayment>(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_that_does_not_come_in_time_is_voided_and_the_stock_released() {
    let shop = Shop::open().await;
    let order = shop.order().await;
    order.reserved().await;
    order.becomes(OrderStatus::AwaitingPayment).await;
    shop.elapse(901);
    order.asked::<VoidPayment>(1).await;
    // It was on its way already.
    order.authorized().await;
    assert_eq!(order.view().await.status, OrderStatus::Unwinding);
    order.voided().await;
    order.released().await;
    rejected(&order, EndReason::PaymentTimedOut).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expired_reservation_gives_the_authorisation_back() {
    let shop = Shop::open().await;
    let order = shop.order().await;
    order.reserved().await;
    order.authorized().await;
    order.window_passes().await;
    order.commit_failed().await;
    order.voided().await;
    order.released().await;
    rejected(&order, EndReason::ReservationExpired).await;
    assert_eq!(shop.app.published.count::<CapturePayment>(), 0);
}

async fn until_capture_failed(order: &Placed<'_>) {
    order.reserved().await;
    order.authorized().await;
    order.window_passes().await;
    order.committed().await;
    order.capture_failed().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_capture_puts_the_goods_back() {
    let shop = Shop::open().await;
    let order = shop.order().await;
    until_capture_failed(&order).await;
    order.restocked().await;
    order.voided().await;
    rejected(&order, EndReason::CaptureFailed { reason: DeclineReason::CaptureRefused }).await;
    assert_eq!(shop.app.published.count::<ReleaseStock>(), 0, "what was restocked is not held");
    assert_eq!(shop.app.published.count::<OrderConfirmed>(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn undoing_twice_undoes_once() {
    let mut shop = Shop::open().await;
    shop.twice = true;
    let order = shop.order().await;
    until_capture_failed(&order).await;
    order.restocked().await;
    order.voided().await;
    rejected(&order, EndReason::CaptureFailed { reason: DeclineReason::CaptureRefused }).await;

    let order = shop.order().await;
    order.reserved().await;
    order.authorized().await;
    order.cancel("k").await.expect::<serde_json::Value>(202);
    order.voided().await;
    order.released().await;
    cancelled(&order).await;
    order.asked::<VoidPayment>(1).await;
    order.asked::<ReleaseStock>(1).await;
    assert!(shop.app.broker.parked(contracts::Role::Orders).await.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_can_be_cancelled_while_stock_is_being_reserved() {
    let shop = Shop::open().await;
    let order = shop.order().await;
    order.cancel("k").await.expect::<serde_json::Value>(202);
    // The answer to what had been asked before comes late.
    order.reserved().await;
    order.released().await;
    cancelled(&order).await;
    assert_eq!(shop.app.published.count::<AuthorizePayment>(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_can_be_cancelled_while_it_waits_for_payment() {
    let shop = Shop::open().await;
    let order = shop.order().await;
    order.reserved().await;
    order.becomes(OrderStatus::AwaitingPayment).await;
    order.cancel("k").await.expect::<serde_json::Value>(202);
    order.declined().await;
    order.voided().await;
    order.released().await;
    cancelled(&order).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_can_be_cancelled_in_the_window_and_then_no_more() {
    let shop = Shop::open().await;
    let order = shop.order().await;
    order.reserved().await;
    order.authorized().await;
    order.becomes(OrderStatus::Authorized).await;
    let first = order.cancel("k").await;
    let again = order.cancel("k").await;
    assert_eq!((first.status.as_u16(), &first.body), (202, &again.body));
    assert_eq!(again.headers["idempotent-replayed"], "true");
    assert_eq!(order.cancel("impatient").await.status.as_u16(), 202);
    order.voided().await;
    order.released().await;
    cancelled(&order).await;
    assert_eq!(order.cancel("late").await.problem(409), "not-cancellable");

    let order = shop.order().await;
    order.reserved().await;
    order.authorized().await;
    order.becomes(OrderStatus::Authorized).await;
    order.window_passes().await;
    assert_eq!(order.cancel("k2").await.problem(409), "not-cancellable");
    assert_eq!(order.view().await.status, OrderStatus::Authorized);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancellation_that_races_the_end_of_the_window_wins_or_is_refused() {
    let shop = Shop::open().await;
    let mut orders = vec![];
    for _ in 0..12 {
        let order = shop.order().await;
        order.reserved().await;
        order.authorized().await;
        orders.push(order);
    }
    // All windows have closed; the timer looks within half a second, and so come the cancellations.
    shop.elapse(31);
    let cancellations = orders.iter().zip(0_u64..).map(async |(order, number)| {
        tokio::time::sleep(Duration::from_millis(number * 50)).await;
        order.cancel(&format!("k{number}")).await
    });
    let answers = futures::future::join_all(cancellations).await;
    for (order, answer) in orders.iter().zip(answers) {
        if answer.status.is_success() {
            order.voided().await;
            order.released().await;
            order.becomes(OrderStatus::Cancelled).await;
            assert!(!order.kinds().await.contains(&"stock.commit.v1".to_owned()));
        } else {
            assert_eq!(answer.problem(409), "not-cancellable");
            order.committed().await;
            order.captured().await;
            order.becomes(OrderStatus::Confirmed).await;
            assert!(!order.kinds().await.contains(&"payment.void.v1".to_owned()));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reservation_that_would_end_too_early_is_renewed_before_the_window_closes() {
    let shop = Shop::open().await;
    let order = shop.order().await;
    let hold = shop.app.published.first::<ReserveStock>().await.hold_until.unwrap();
    let seconds = (hold - shop.app.clock.now()).num_seconds();
    assert!((1200..=1230).contains(&seconds), "payment, window and a margin: {seconds}");
    order.reserved_for(60).await;
    order.authorized().await;
    let view = order.becomes(OrderStatus::Authorized).await;
    let renew: RenewReservation = shop.app.published.first().await;
    assert!(renew.hold_until > view.cancellable_until.unwrap());
    shop.elapse(11);
    order.asked::<RenewReservation>(2).await;
    order.reserved_for(600).await;
    order.window_passes().await;
    order.committed().await;
    order.captured().await;
    order.becomes(OrderStatus::Confirmed).await;
    order.asked::<RenewReservation>(2).await;

    let gone = shop.order().await;
    gone.asked::<ReserveStock>(1).await;
    gone.reserved_for(1).await;
    gone.authorized().await;
    gone.asked::<RenewReservation>(1).await;
    shop.tell(&contracts::messages::inventory::StockReleased { order_id: gone.id }).await;
    gone.voided().await;
    gone.released().await;
    rejected(&gone, EndReason::ReservationExpired).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_window_closes_before_the_provider_lets_go() {
    let shop = Shop::open().await;
    let order = shop.order().await;
    order.reserved().await;
    order.asked::<AuthorizePayment>(1).await;
    let (order_id, payment_id, amount) = (order.id, PaymentId::new(), euros(18_998));
    let capture_before = Some(shop.app.clock.now() + chrono::TimeDelta::seconds(200));
    shop.tell(&PaymentAuthorized { order_id, payment_id, amount, capture_before }).await;
    order.asked::<CommitStock>(1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_over_another_amount_is_parked_and_confirms_nothing() {
    let shop = Shop::open().await;
    let order = shop.order().await;
    order.reserved().await;
    order.asked::<AuthorizePayment>(1).await;
    let (order_id, payment_id, amount) = (order.id, PaymentId::new(), euros(18_997));
    shop.app.broker.deliver(&PaymentAuthorized { order_id, payment_id, amount, capture_before: None }).await;
    shop.is_parked("payment.authorized.v1").await;
    assert_eq!(order.view().await.status, OrderStatus::AwaitingPayment);
    order.authorized().await;
    order.window_passes().await;
    order.committed().await;
    order.asked::<CapturePayment>(1).await;
    shop.app.broker.deliver(&PaymentSucceeded { order_id, payment_id, amount }).await;
    shop.is_parked("payment.succeeded.v1").await;
    assert_eq!(order.view().await.status, OrderStatus::Authorized);
    order.asked::<OrderConfirmed>(0).await;
    order.captured().await;
    order.becomes(OrderStatus::Confirmed).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancellation_that_races_the_capture_is_refused_or_refunds() {
    let shop = Shop::open().await;
    let mut orders = vec![];
    for _ in 0..8 {
        let order = shop.order().await;
        order.reserved().await;
        order.authorized().await;
        orders.push(order);
    }
    shop.elapse(31);
    for order in &orders {
        order.committed().await;
        order.asked::<CapturePayment>(1).await;
    }
    // Both orders of arrival: half of them ask a little after the provider's answer, half a little before.
    let races = orders.iter().zip(0_u64..).map(async |(order, number)| {
        let late = async |ms| tokio::time::sleep(Duration::from_millis(ms)).await;
        let cancel = async {
            late(if number % 2 == 0 { 0 } else { 40 * number }).await;
            order.cancel(&format!("k{number}")).await
        };
        let capture = async {
            late(if number % 2 == 0 { 20 * number } else { 0 }).await;
            order.captured_now().await;
        };
        futures::future::join(cancel, capture).await.0
    });
    for (order, answer) in orders.iter().zip(futures::future::join_all(races).await) {
        if answer.status.is_success() {
            order.refunded().await;
            order.restocked().await;
            cancelled(order).await;
        } else {
            assert_eq!(answer.problem(409), "not-cancellable");
            order.becomes(OrderStatus::Confirmed).await;
            order.asked::<RefundPayment>(0).await;
        }
        order.asked::<OrderConfirmed>(1).await;
        order.asked::<VoidPayment>(0).await;
    }
}
