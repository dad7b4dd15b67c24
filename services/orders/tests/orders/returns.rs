//! The return saga: happy, with every message twice, failing at each step, and closed twice.

use contracts::api::orders::{OrderStatus, ReturnEndReason};
use contracts::api::payments::DeclineReason;
use contracts::api::returns::{ReturnStatus, ReturnView};
use contracts::messages::inventory::StockReturned;
use contracts::messages::orders::{
    RefundPart, ReturnApproved, ReturnClosed, ReturnCompleted, ReturnItems, ReturnRequested,
};
use contracts::messages::payments::{PartRefundFailed, PartRefunded};
use kernel::{Money, PaymentId, ReturnId};
use serde_json::json;
use testkit::{Response, eventually};

use crate::support::{Person, Placed, Shop, euros, staff};

/// A return, and what happens to it.
struct Back<'a> {
    order: &'a Placed<'a>,
    id: ReturnId,
    team: Person,
}

async fn ask(order: &Placed<'_>, lines: serde_json::Value, key: &str) -> Response {
    let path = format!("{}/returns", order.path());
    let post = order.shop.app.post(&path).by(&order.shop.customer).idempotency_key(key);
    post.json(&json!({ "lines": lines, "reason": "too small" })).send().await
}

fn chairs(count: u32) -> serde_json::Value {
    json!([{ "sku": "CHAIR", "quantity": count }])
}

/// Of a delivered order.
async fn requested<'a>(order: &'a Placed<'a>, lines: serde_json::Value) -> Back<'a> {
    let key = format!("return-{}", ReturnId::new());
    let view: ReturnView = ask(order, lines, &key).await.expect(201);
    Back { order, id: view.id, team: staff() }
}

impl Back<'_> {
    fn path(&self) -> String {
        format!("/api/v1/returns/{}", self.id)
    }

    async fn view(&self) -> ReturnView {
        let shop = self.order.shop;
        shop.app.get(&self.path()).by(&shop.customer).send().await.expect(200)
    }

    async fn becomes(&self, status: ReturnStatus) -> ReturnView {
        eventually(&format!("the return is {status:?}"), async || {
            Some(self.view().await).filter(|view| view.status == status)
        })
        .await
    }

    async fn act(&self, by: &Person, deed: &str, key: &str) -> Response {
        let post = self.order.shop.app.post(&format!("{}/{deed}", self.path())).by(by).idempotency_key(key);
        post.json(&json!({ "note": "worn" })).send().await
    }

    async fn received(&self) {
        self.act(&self.team, "approvals", "a").await.expect::<ReturnView>(202);
        let view: ReturnView = self.act(&self.team, "receipts", "r").await.expect(202);
        assert_eq!(view.status, ReturnStatus::Refunding);
    }

    async fn refunded(&self, amount: Money) {
        let (order_id, return_id, payment_id) = (self.order.id, self.id, PaymentId::new());
        self.order.shop.tell(&PartRefunded { order_id, return_id, payment_id, amount }).await;
    }

    async fn refund_failed(&self) {
        let (order_id, return_id, payment_id) = (self.order.id, self.id, PaymentId::new());
        let reason = DeclineReason::CardDeclined;
        self.order.shop.tell(&PartRefundFailed { order_id, return_id, payment_id, reason }).await;
    }

    async fn restocked(&self) {
        let (order_id, return_id) = (self.order.id, self.id);
        self.order.shop.tell(&StockReturned { order_id, return_id }).await;
    }

    async fn is_completed(&self, amount: Money) {
        self.received().await;
        self.refunded(amount).await;
        self.restocked().await;
        self.becomes(ReturnStatus::Completed).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_back_is_paid_back_and_goes_onto_the_shelf() {
    let shop = Shop::open().await;
    let order = shop.delivered_order().await;
    let back = requested(&order, chairs(1)).await;
    let view = back.view().await;
    assert_eq!((view.status, view.amount, view.order_id), (ReturnStatus::Requested, euros(1999), order.id));
    assert_eq!(shop.app.published.first::<ReturnRequested>().await.amount, euros(1999));

    let view: ReturnView = back.act(&back.team, "approvals", "a").await.expect(202);
    let days = (view.goods_until.unwrap() - shop.app.clock.now()).num_days();
    assert!((29..=30).contains(&days), "{days}");
    order.asked::<ReturnApproved>(1).await;
    back.act(&back.team, "receipts", "r").await.expect::<ReturnView>(202);
    let refund: RefundPart = shop.app.published.first().await;
    assert_eq!((refund.return_id, refund.amount), (back.id, euros(1999)));
    order.asked::<ReturnItems>(0).await;
    back.refunded(euros(1999)).await;
    let items: ReturnItems = shop.app.published.first().await;
    assert_eq!((items.return_id, i64::from(items.lines[0].quantity)), (back.id, 1));
    back.restocked().await;
    back.becomes(ReturnStatus::Completed).await;
    assert_eq!(shop.app.published.first::<ReturnCompleted>().await.amount, euros(1999));

    // The rest too: then the whole order is returned.
    assert_ne!(order.view().await.status, OrderStatus::Returned);
    let rest = json!([{ "sku": "CHAIR", "quantity": 1 }, { "sku": "TABLE", "quantity": 1 }]);
    requested(&order, rest).await.is_completed(euros(1999 + 15_000)).await;
    assert_eq!(order.view().await.status, OrderStatus::Returned);
    let path = format!("{}/returns", order.path());
    let all: Vec<ReturnView> = shop.app.get(&path).by(&shop.customer).send().await.expect(200);
    assert_eq!(all.len(), 2);

    let versions: Vec<i64> = shop.app.published.all().iter().map(|event| event.aggregateversion).collect();
    assert!(versions.is_sorted(), "one sequence with the order's messages: {versions:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn with_every_message_twice_it_is_paid_back_once() {
    let mut shop = Shop::open().await;
    shop.twice = true;
    let order = shop.delivered_order().await;
    let back = requested(&order, chairs(2)).await;
    for key in ["a", "a", "b"] {
        assert_eq!(back.act(&back.team, "approvals", key).await.status.as_u16(), 202);
    }
    for key in ["a", "a", "b"] {
        assert_eq!(back.act(&back.team, "receipts", key).await.status.as_u16(), 202);
    }
    back.refunded(euros(3998)).await;
    back.restocked().await;
    back.becomes(ReturnStatus::Completed).await;
    order.asked::<ReturnRequested>(1).await;
    order.asked::<ReturnApproved>(1).await;
    order.asked::<RefundPart>(1).await;
    order.asked::<ReturnItems>(1).await;
    order.asked::<ReturnCompleted>(1).await;
    assert!(shop.app.broker.parked(contracts::Role::Orders).await.is_none());
}

async fn closed(back: &Back<'_>, reason: ReturnEndReason) {
    let view = back.becomes(ReturnStatus::Closed).await;
    assert_eq!(view.end_reason, Some(reason));
    back.order.asked::<ReturnClosed>(1).await;
    // Its pieces can be sent back once more.
    requested(back.order, chairs(2)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_support_team_may_refuse_and_says_why() {
    let shop = Shop::open().await;
    let order = shop.delivered_order().await;
    let back = requested(&order, chairs(2)).await;
    for key in ["a", "a", "b"] {
        assert_eq!(back.act(&back.team, "refusals", key).await.status.as_u16(), 202);
    }
    assert_eq!(back.act(&back.team, "approvals", "a").await.problem(409), "return-has-moved-on");
    closed(&back, ReturnEndReason::Refused { note: "worn".to_owned() }).await;
    order.asked::<RefundPart>(0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_may_change_their_mind_until_the_goods_are_here() {
    let shop = Shop::open().await;
    let order = shop.delivered_order().await;
    let late = requested(&order, json!([{ "sku": "TABLE", "quantity": 1 }])).await;
    late.received().await;
    assert_eq!(late.act(&shop.customer, "withdrawals", "late").await.problem(409), "return-has-moved-on");

    let back = requested(&order, chairs(2)).await;
    back.act(&back.team, "approvals", "b").await.expect::<ReturnView>(202);
    for key in ["c", "c", "d"] {
        assert_eq!(back.act(&shop.customer, "withdrawals", key).await.status.as_u16(), 202);
    }
    closed(&back, ReturnEndReason::Withdrawn).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn goods_that_never_come_close_the_return() {
    let shop = Shop::open().await;
    let order = shop.delivered_order().await;
    let back = requested(&order, chairs(2)).await;
    back.act(&back.team, "approvals", "a").await.expect::<ReturnView>(202);
    shop.elapse(31 * 24 * 3600);
    closed(&back, ReturnEndReason::GoodsNeverCame).await;
    assert_eq!(back.act(&back.team, "receipts", "r").await.problem(409), "return-has-moved-on");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refund_that_is_refused_for_good_closes_the_return_with_the_pieces_untouched() {
    let mut shop = Shop::open().await;
    shop.twice = true;
    let order = shop.delivered_order().await;
    let back = requested(&order, chairs(2)).await;
    back.received().await;
    back.refund_failed().await;
    closed(&back, ReturnEndReason::RefundFailed { reason: DeclineReason::CardDeclined }).await;
    order.asked::<ReturnItems>(0).await;
    assert!(shop.app.broker.parked(contracts::Role::Orders).await.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_answered_is_asked_for_again_and_a_wrong_amount_is_no_answer() {
    let shop = Shop::open().await;
    let order = shop.delivered_order().await;
    let back = requested(&order, chairs(1)).await;
    back.received().await;
    order.asked::<RefundPart>(1).await;
    shop.elapse(11);
    order.asked::<RefundPart>(2).await;
    let (order_id, return_id, payment_id) = (order.id, back.id, PaymentId::new());
    let wrong = PartRefunded { order_id, return_id, payment_id, amount: euros(1998) };
    shop.app.broker.deliver(&wrong).await;
    shop.is_parked("payment.part-refunded.v1").await;
    assert_eq!(back.view().await.status, ReturnStatus::Refunding);
    back.refunded(euros(1999)).await;
    order.asked::<ReturnItems>(1).await;
    shop.elapse(11);
    order.asked::<ReturnItems>(2).await;
    back.restocked().await;
    back.becomes(ReturnStatus::Completed).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_returns_at_once_never_claim_the_same_piece() {
    let shop = Shop::open().await;
    let order = shop.delivered_order().await;
    let keys: Vec<String> = (0..6).map(|number| format!("k{number}")).collect();
    let all = futures::future::join_all(keys.iter().map(|key| ask(&order, chairs(1), key))).await;
    let mut statuses: Vec<u16> = all.iter().map(|answer| answer.status.as_u16()).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 201, 422, 422, 422, 422], "there are two chairs");
    assert_eq!(ask(&order, chairs(1), "again").await.problem(422), "too-many-returned");
    let again = ask(&order, chairs(1), keys.iter().zip(&all).find(|(_, a)| a.status == 201).unwrap().0).await;
    assert_eq!(again.headers["idempotent-replayed"], "true");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_not_be_returned_changes_nothing() {
    let shop = Shop::open().await;
    let early = shop.order().await;
    assert_eq!(ask(&early, chairs(1), "early").await.problem(409), "not-returnable");
    early.is_confirmed().await;
    // What has not left is cancelled, not returned.
    assert_eq!(ask(&early, chairs(1), "early").await.problem(409), "not-returnable");
    let order = shop.delivered_order().await;
    for (lines, code) in [
        (json!([]), "invalid-body"),
        (json!([{ "sku": "CHAIR", "quantity": 0 }]), "invalid-body"),
        (json!([{ "sku": "CHAIR", "quantity": -1 }]), "invalid-body"),
        (json!([{ "sku": "CHAIR", "quantity": 1 }, { "sku": "CHAIR", "quantity": 1 }]), "invalid-body"),
        (chairs(3), "too-many-returned"),
        (json!([{ "sku": "LAMP", "quantity": 1 }]), "too-many-returned"),
    ] {
        assert_eq!(ask(&order, lines.clone(), "k").await.problem(422), code, "{lines}");
    }
    let post = || shop.app.post(&format!("{}/returns", order.path())).by(&shop.customer);
    let body = |reason: &str| json!({ "lines": chairs(1), "reason": reason });
    assert_eq!(post().json(&body("no")).send().await.problem(400), "idempotency-key-missing");
    let no_reason = post().idempotency_key("k").json(&body(" ")).send().await;
    assert_eq!(no_reason.problem(422), "invalid-body");
    assert_eq!(shop.app.database().number("SELECT count(*) AS number FROM returns").await, 0);

    requested(&order, chairs(1)).await;
    assert_eq!(order.cancel("c").await.problem(409), "already-shipped");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_persons_return_is_not_there_and_only_the_team_decides() {
    let shop = Shop::open().await;
    let order = shop.delivered_order().await;
    let back = requested(&order, chairs(1)).await;
    let (stranger, list) = (testkit::customer(), format!("{}/returns", order.path()));
    assert_eq!(shop.app.get(&back.path()).by(&stranger).send().await.problem(404), "not-found");
    assert_eq!(shop.app.get(&list).by(&stranger).send().await.problem(404), "not-found");
    let post = shop.app.post(&list).by(&stranger).idempotency_key("k");
    let body = json!({ "lines": chairs(1), "reason": "mine now" });
    assert_eq!(post.json(&body).send().await.problem(404), "not-found");
    assert_eq!(back.act(&stranger, "withdrawals", "k").await.problem(404), "not-found");
    // Nor may the team withdraw what is not theirs, nor a customer decide.
    assert_eq!(back.act(&back.team, "withdrawals", "k").await.problem(404), "not-found");
    for deed in ["approvals", "refusals", "receipts"] {
        for person in [&shop.customer, &stranger, &testkit::seller()] {
            assert_eq!(back.act(person, deed, "k").await.problem(403), "forbidden", "{deed}");
        }
        let open = shop.app.post(&format!("{}/{deed}", back.path())).idempotency_key("k").send().await;
        assert_eq!(open.problem(401), "unauthenticated", "{deed}");
    }
    assert_eq!(back.view().await.status, ReturnStatus::Requested);
    let seen: ReturnView = shop.app.get(&back.path()).by(&back.team).send().await.expect(200);
    assert_eq!(seen.id, back.id);
}
