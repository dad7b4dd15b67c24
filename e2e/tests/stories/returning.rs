//! After the sale: an order is sent, a part of it comes back, its money too; everybody is told, and the books know it all.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use contracts::api::Page;
use contracts::api::notifications::NotificationView;
use contracts::api::orders::OrderStatus;
use contracts::api::payments::{PaymentStatus, TransactionKind, test_tokens};
use contracts::api::returns::{ReturnStatus, ReturnView};
use e2e::kubectl::kubectl;
use e2e::people::{assert_stock, final_order, goods_of, place_order};
use e2e::wait::{once, within};
use e2e::{Story, beside_others};
use reqwest::Method;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use shop_client::Person;

const DONE_WITHIN: Duration = Duration::from_secs(60);

#[test]
fn a_part_of_an_order_comes_back_and_its_money_with_it() {
    beside_others("returning-a-part", async |story| {
        let (seller, shopper) = (story.people.new_seller().await?, story.people.new_shopper().await?);
        let support = administrator(&story).await?;
        let chair = goods_of(&seller, 2_000, 10).await?;
        let order = place_order(&shopper, &chair.sku, 3).await?;
        shopper.pay(order.id, test_tokens::APPROVED).await?;
        let order = final_order(&shopper, order.id, DONE_WITHIN).await;
        ensure!(order.status == OrderStatus::Confirmed, "{order:?}");

        let path = format!("/api/v1/orders/{}", order.id);
        post::<Value>(&support, &format!("{path}/shipments"), &json!({ "carrier": "Post" })).await?;
        post::<Value>(&support, &format!("{path}/deliveries"), &json!({})).await?;
        ensure!(shopper.order(order.id).await?.status == OrderStatus::Completed);

        let wish =
            json!({ "lines": [{ "sku": chair.sku, "quantity": 1 }], "reason": "There are only two of us" });
        let back: ReturnView = post(&shopper, &format!("{path}/returns"), &wish).await?;
        let path = format!("/api/v1/returns/{}", back.id);
        for deed in ["approvals", "receipts"] {
            post::<Value>(&support, &format!("{path}/{deed}"), &json!({})).await?;
        }
        within(DONE_WITHIN, "the return is completed", async || {
            let back: ReturnView = get(&shopper, &path).await?;
            once(back.status == ReturnStatus::Completed, back)
        })
        .await;

        let payment = shopper.payment(order.id).await?;
        let refunds: Vec<i64> = payment
            .transactions
            .iter()
            .filter(|done| done.kind == TransactionKind::Refund && done.succeeded)
            .map(|done| done.amount.amount_minor)
            .collect();
        ensure!(payment.status == PaymentStatus::PartiallyRefunded && refunds == [2_000], "{payment:?}");
        assert_stock(&seller, &chair.sku, 10, 2).await?;
        told(&shopper, &["order_confirmed", "return_completed"]).await;
        verified(&story).await
    });
}

/// Whoever may read the Secret of users may run the shop.
async fn administrator(story: &Story) -> Result<Person> {
    let name = format!("{}-users", story.stack.name);
    let secret = kubectl(&["-n", &story.stack.namespace, "get", "secret", &name, "-o", "json"]).await?;
    let secret: Value = serde_json::from_str(&secret)?;
    let value = |key: &str| -> Result<String> {
        let encoded = secret["data"][key].as_str().with_context(|| format!("{name} has no {key}"))?;
        Ok(String::from_utf8(BASE64_STANDARD.decode(encoded)?)?)
    };
    Ok(story.people.shop.log_in(&value("ADMIN_EMAIL")?, &value("ADMIN_PASSWORD")?).await?)
}

/// The same key for the same path, so that it may be sent again.
async fn post<T: DeserializeOwned>(person: &Person, path: &str, body: &Value) -> Result<T> {
    let request = person.request(Method::POST, path).header("idempotency-key", path.replace('/', "."));
    let answer = request.json(body).send().await?;
    let (status, text) = (answer.status(), answer.text().await?);
    ensure!(status.is_success(), "POST {path}: {status} {text}");
    Ok(serde_json::from_str(&text)?)
}

async fn get<T: DeserializeOwned>(person: &Person, path: &str) -> Result<T> {
    Ok(person.request(Method::GET, path).send().await?.error_for_status()?.json().await?)
}

/// Notifications has written to them of all this.
async fn told(shopper: &Person, templates: &[&str]) {
    within(DONE_WITHIN, &format!("the shopper is told: {templates:?}"), async || {
        let page: Page<NotificationView> = get(shopper, "/api/v1/notifications?limit=100").await?;
        let all = |wanted: &&str| page.data.iter().any(|told| told.template == **wanted);
        once(templates.iter().all(all), page.data)
    })
    .await;
}

/// What an SRE would look at.
async fn verified(story: &Story) -> Result<()> {
    let shop = async |role: &str, words: &[&str]| {
        let pod = format!("deploy/{}-{role}", story.stack.name);
        kubectl(&[&["-n", &story.stack.namespace, "exec", &pod, "--", "/shop"], words].concat()).await
    };
    shop("payments", &["audit", "verify"]).await?;
    shop("orders", &["parked", "list", "orders"]).await?;
    let listed = shop("orders", &["sagas", "list", "--json"]).await?;
    serde_json::from_str::<Value>(&listed).map(drop).with_context(|| listed.clone())
}
