//! Those who look after the shop: what they see, what they may do, and what is kept of it.

use contracts::Role;
use contracts::api::Page;
use contracts::api::orders::{EndReason, EventClass, OrderEventView, OrderStatus};
use contracts::api::sagas::{SagaDetail, SagaKind, SagaView};
use contracts::messages::inventory::{StockCommitted, StockReleased};
use contracts::messages::orders::{
    AuthorizePayment, CapturePayment, CommitStock, OrderConfirmed, OrderRejected, RefundPayment,
    ReleaseStock, ReserveStock, RestockItems, VoidPayment,
};
use contracts::messages::payments::ChargebackReceived;
use diesel_async::SimpleAsyncConnection;
use kernel::{OrderId, PaymentId};
use orders::operations::{Filter, OperateError, Operations};
use platform::Settings;
use serde_json::json;
use testkit::Response;

use crate::support::{Placed, Shop, euros, staff};

impl Placed<'_> {
    async fn saga(&self) -> SagaView {
        let path = format!("/api/v1/sagas/{}", self.id);
        let detail: SagaDetail = self.shop.app.get(&path).by(&self.shop.team).send().await.expect(200);
        detail.sagas.into_iter().next().unwrap()
    }

    async fn retry(&self, key: &str) -> Response {
        let path = format!("/api/v1/sagas/{}/retries", self.id);
        self.shop.app.post(&path).by(&self.shop.team).idempotency_key(key).send().await
    }

    async fn abandon(&self, key: &str) -> Response {
        let path = format!("/api/v1/sagas/{}/abandonments", self.id);
        let post = self.shop.app.post(&path).by(&self.shop.team).idempotency_key(key);
        post.json(&json!({ "reason": "a test order" })).send().await
    }

    async fn is_abandoned(&self) {
        let view = self.becomes(OrderStatus::Rejected).await;
        assert_eq!(view.reason, Some(EndReason::Abandoned));
        self.asked::<OrderRejected>(1).await;
        assert!(!self.shop.cart(self.cart).await.frozen);
        assert_eq!(self.abandon("late").await.problem(409), "not-abandonable");
        assert_eq!(self.retry("late").await.problem(409), "nothing-to-retry");
        assert!(self.shop.app.broker.parked(Role::Orders).await.is_none());
    }

    async fn timeline(&self, by: &crate::support::Person) -> Vec<OrderEventView> {
        let path = format!("{}/events?limit=100", self.path());
        self.shop.app.get(&path).by(by).send().await.expect::<Page<OrderEventView>>(200).data
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stuck_saga_is_listed_and_driven_on_by_hand() {
    let shop = Shop::open().await;
    let (stuck, fine) = (shop.order().await, shop.order().await);
    fine.reserved().await;
    for times in 1..=4 {
        stuck.asked::<ReserveStock>(times).await;
        if times < 4 {
            shop.elapse(81);
        }
    }
    let list = async |query: &str| -> Vec<SagaView> {
        let answer = shop.app.get(&format!("/api/v1/sagas{query}")).by(&staff()).send().await;
        answer.expect::<Page<SagaView>>(200).data
    };
    let of = |sagas: Vec<SagaView>| sagas.into_iter().map(|saga| saga.order_id).collect::<Vec<_>>();
    let listed = list("?stuck=true").await;
    assert_eq!((listed[0].attempts, listed[0].stuck, listed[0].saga), (3, true, SagaKind::Checkout));
    assert_eq!(of(listed), [stuck.id]);
    assert_eq!(of(list("").await), [stuck.id, fine.id]);
    assert_eq!(of(list("?state=authorizing").await), [fine.id]);
    assert_eq!(of(list("?limit=1").await), [stuck.id]);
    assert_eq!(of(list(&format!("?after={}", stuck.id)).await), [fine.id]);
    let unknown = shop.app.get("/api/v1/sagas?state=asleep").by(&staff()).send().await;
    assert_eq!(unknown.problem(400), "invalid-query");

    stuck.retry("k").await.expect::<SagaDetail>(202);
    stuck.asked::<ReserveStock>(5).await;
    assert_eq!(stuck.retry("k").await.headers["idempotent-replayed"], "true");
    stuck.asked::<ReserveStock>(5).await;
    stuck.reserved_for(1800).await;
    stuck.becomes(OrderStatus::AwaitingPayment).await;
    assert_eq!(list("?stuck=true").await, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_that_is_abandoned_before_it_is_paid_is_undone() {
    let shop = Shop::open().await;
    let order = shop.order().await;
    order.abandon("k").await.expect::<SagaDetail>(202);
    order.released().await;
    order.is_abandoned().await;

    let order = shop.order().await;
    order.reserved().await;
    order.authorized().await;
    order.becomes(OrderStatus::Authorized).await;
    order.abandon("k2").await.expect::<SagaDetail>(202);
    assert_eq!(order.abandon("k3").await.problem(409), "not-abandonable", "it is being undone");
    order.voided().await;
    order.released().await;
    order.is_abandoned().await;
    order.asked::<CommitStock>(0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_may_have_left_the_shelf_is_put_back_once_that_is_known() {
    let shop = Shop::open().await;
    let order = shop.order().await;
    order.reserved().await;
    order.authorized().await;
    order.window_passes().await;
    order.abandon("k").await.expect::<SagaDetail>(202);
    assert_eq!(order.saga().await.state, "committing");
    order.asked::<CommitStock>(2).await;
    order.asked::<RestockItems>(0).await;
    shop.tell(&StockCommitted { order_id: order.id }).await;
    order.restocked().await;
    order.voided().await;
    order.is_abandoned().await;
    order.asked::<CapturePayment>(0).await;
    order.asked::<ReleaseStock>(0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_may_have_been_captured_is_given_back_once_that_is_known() {
    let shop = Shop::open().await;
    let order = shop.order().await;
    order.reserved().await;
    order.authorized().await;
    order.window_passes().await;
    order.committed().await;
    order.asked::<CapturePayment>(1).await;
    order.abandon("k").await.expect::<SagaDetail>(202);
    order.asked::<CapturePayment>(2).await;
    order.asked::<RefundPayment>(0).await;
    order.captured_now().await;
    order.refunded().await;
    order.restocked().await;
    order.is_abandoned().await;
    order.asked::<OrderConfirmed>(0).await;
    order.asked::<VoidPayment>(0).await;

    let confirmed = shop.order().await;
    confirmed.is_confirmed().await;
    assert_eq!(confirmed.abandon("c").await.problem(409), "not-abandonable");
    assert_eq!(confirmed.retry("c").await.problem(409), "nothing-to-retry");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_shops_own_people_look_at_sagas() {
    let shop = Shop::open().await;
    let order = shop.order().await;
    let paths = ["/api/v1/sagas".to_owned(), format!("/api/v1/sagas/{}", order.id)];
    for person in [&shop.customer, &testkit::seller()] {
        for path in &paths {
            assert_eq!(shop.app.get(path).by(person).send().await.problem(403), "forbidden", "{path}");
        }
        for deed in ["retries", "abandonments"] {
            let post = shop.app.post(&format!("{}/{deed}", paths[1])).by(person).idempotency_key("k");
            assert_eq!(post.json(&json!({ "reason": "x" })).send().await.problem(403), "forbidden", "{deed}");
        }
    }
    assert_eq!(shop.app.get(&paths[0]).send().await.problem(401), "unauthenticated");
    let unknown = format!("/api/v1/sagas/{}", OrderId::new());
    assert_eq!(shop.app.get(&unknown).by(&staff()).send().await.problem(404), "not-found");
    for deed in ["retries", "abandonments"] {
        let post = shop.app.post(&format!("{unknown}/{deed}")).by(&staff()).idempotency_key("k");
        assert_eq!(post.json(&json!({ "reason": "x" })).send().await.problem(404), "not-found");
        let no_key =
            shop.app.post(&format!("{}/{deed}", paths[1])).by(&staff()).json(&json!({ "reason": "x" }));
        assert_eq!(no_key.send().await.problem(400), "idempotency-key-missing");
    }
    let no_reason = shop.app.post(&format!("{}/abandonments", paths[1])).by(&staff()).idempotency_key("k");
    assert_eq!(no_reason.json(&json!({ "reason": "" })).send().await.problem(422), "invalid-body");
    assert_eq!(order.kinds().await, ["order.created.v1", "stock.reserve.v1"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_timeline_numbers_attempts_and_keeps_who_did_what_and_why() {
    let shop = Shop::open().await;
    let order = shop.order().await;
    order.asked::<ReserveStock>(1).await;
    shop.elapse(11);
    order.asked::<ReserveStock>(2).await;
    let team = staff();
    let path = format!("/api/v1/sagas/{}/abandonments", order.id);
    let abandon = shop.app.post(&path).by(&team).idempotency_key("k");
    abandon.json(&json!({ "reason": "a test order" })).send().await.expect::<SagaDetail>(202);
    order.asked::<ReleaseStock>(1).await;
    shop.tell(&StockReleased { order_id: order.id }).await;

    let told = order.timeline(&team).await;
    let lines: Vec<_> = told.iter().map(|line| (&*line.kind, line.class, line.attempt)).collect();
    use EventClass::{Action, Command, Compensation, Event};
    assert_eq!(
        lines,
        [
            ("order.created.v1", Event, None),
            ("stock.reserve.v1", Command, Some(1)),
            ("stock.reserve.v1", Command, Some(2)),
            ("action.saga-abandoned", Action, None),
            ("stock.release.v1", Compensation, Some(1)),
            ("stock.released.v1", Event, None),
            ("order.rejected.v1", Event, None),
        ]
    );
    assert_eq!(told[3].data, json!({ "actor": team.0, "reason": "a test order" }));
    // The customer learns that somebody took a hand, not who nor what they thought.
    assert_eq!(order.timeline(&shop.customer).await[3].data, json!({}));
    let mut conn = shop.app.database().connect().await;
    for statement in
        ["UPDATE order_events SET type = 'x'", "DELETE FROM order_events", "TRUNCATE order_events"]
    {
        let refused = conn.batch_execute(statement).await.unwrap_err();
        assert!(refused.to_string().contains("only grows"), "{statement}: {refused}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_charge_back_is_seen_on_the_order_and_changes_nothing_else() {
    let shop = Shop::open().await;
    let order = shop.order().await;
    order.is_confirmed().await;
    let (order_id, payment_id, customer_id) = (order.id, PaymentId::new(), shop.customer.0);
    let amount = euros(18_998);
    for _ in 0..2 {
        shop.tell(&ChargebackReceived { order_id, payment_id, customer_id, amount }).await;
    }
    let view = order.view().await;
    assert_eq!((view.status, view.charged_back), (OrderStatus::Confirmed, true));
    assert_eq!(order.kinds().await.last().unwrap(), "payment.chargeback-received.v1");
    let unknown = OrderId::new();
    let nobodys = ChargebackReceived { order_id: unknown, payment_id, customer_id, amount };
    shop.app.broker.deliver(&nobodys).await;
    shop.is_parked(&unknown.to_string()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_line_has_the_same_hand_on_the_sagas() {
    let shop = Shop::open().await;
    let order = shop.order().await;
    let url = ("DATABASE_URL".to_owned(), shop.app.database().url());
    let operations = Operations::from_settings(&Settings::new(Role::Orders, [url])).unwrap();
    let all = Filter::new(false, Some("reserving".to_owned()), None).unwrap();
    let listed = operations.list(&all, 10).await.unwrap();
    assert_eq!(listed.iter().map(|saga| saga.order_id).collect::<Vec<_>>(), [order.id]);

    operations.retry(order.id).await.unwrap();
    order.asked::<ReserveStock>(2).await;
    let detail = operations.abandon(order.id, "by hand").await.unwrap();
    assert_eq!(detail.sagas[0].state, "releasing");
    let action = detail.events.iter().find(|event| event.kind == "action.saga-abandoned").unwrap();
    assert_eq!(action.data, json!({ "actor": "cli", "reason": "by hand" }));
    assert!(matches!(operations.abandon(order.id, "x").await, Err(OperateError::NotAbandonable(_))));
    assert!(matches!(operations.show(OrderId::new()).await, Err(OperateError::NoOrder)));
    order.released().await;
    order.is_abandoned().await;
    order.asked::<AuthorizePayment>(0).await;
}
