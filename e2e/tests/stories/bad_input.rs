//! Wrong requests through the ingress: each gets its own problem, and nothing changes.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use contracts::api::orders::{EndReason, OrderStatus};
use e2e::cluster::Kind;
use e2e::people::{assert_stock, final_order, goods_of, place_order, refused_with};
use e2e::{Story, beside_others};
use jsonwebtoken::EncodingKey;
use kernel::OrderId;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

const FINAL_WITHIN: Duration = Duration::from_secs(60);

async fn answered_with(story: &Story, request: RequestBuilder, status: u16, code: &str) -> Result<()> {
    let answer = story.people.shop.send(request).await?;
    let said = answer.problem().map(|problem| problem.code);
    ensure!(
        (answer.status.as_u16(), said.as_deref()) == (status, Some(code)),
        "expected {status} {code}: {} {} {}",
        answer.request,
        answer.status,
        answer.text()
    );
    Ok(())
}

#[test]
fn what_is_unknown_or_someone_elses_is_not_found() {
    beside_others("not-found", async |story| {
        let (owner, stranger) = (story.people.new_shopper().await?, story.people.new_shopper().await?);
        let seller = story.people.new_seller().await?;
        let chair = goods_of(&seller, 100, 5).await?;
        let cart = owner.create_cart().await?.id;
        let order = place_order(&owner, &chair.sku, 1).await?.id;

        refused_with(owner.order(OrderId::new()).await, 404, "not-found")?;
        refused_with(stranger.order(order).await, 404, "not-found")?;
        refused_with(stranger.order_events(order).await, 404, "not-found")?;
        refused_with(stranger.payment(order).await, 404, "not-found")?;
        refused_with(stranger.cancel(order).await, 404, "not-found")?;
        refused_with(stranger.check_out(cart).await, 404, "not-found")?;
        let other_seller = story.people.new_seller().await?;
        refused_with(other_seller.set_stock(&chair.sku, 0).await, 404, "not-found")?;
        for path in ["/api/v1/orders/none", "/api/v1/nothing", "/api/v1/products/1"] {
            answered_with(&story, owner.request(Method::GET, path), 404, "not-found").await?;
        }

        // A cancellation by its owner shows that the others changed nothing.
        owner.cancel(order).await?;
        assert_eq!(final_order(&owner, order, FINAL_WITHIN).await.status, OrderStatus::Cancelled);
        assert_stock(&seller, &chair.sku, 5, 0).await
    });
}

#[test]
fn exhausted_stock_rejects_the_order_and_says_what_is_left() {
    beside_others("exhausted-stock", async |story| {
        let (seller, shopper) = (story.people.new_seller().await?, story.people.new_shopper().await?);
        let chair = goods_of(&seller, 100, 1).await?;

        let order = place_order(&shopper, &chair.sku, 2).await?.id;
        let order = final_order(&shopper, order, FINAL_WITHIN).await;

        assert_eq!(order.status, OrderStatus::Rejected);
        let Some(EndReason::OutOfStock { shortages }) = order.reason else {
            anyhow::bail!("the reason is {:?}", order.reason)
        };
        let short = &shortages[0];
        assert_eq!((short.sku.clone(), short.wanted.get(), short.available), (chair.sku.clone(), 2, 1));
        assert_stock(&seller, &chair.sku, 1, 0).await
    });
}

#[test]
fn a_bad_token_is_no_log_in() {
    beside_others("bad-token", async |story| {
        let shopper = story.people.new_shopper().await?;
        let anonymous = || story.people.shop.request(Method::GET, "/api/v1/orders");
        let good = shopper.token();
        let (signed, signature) = good.rsplit_once('.').unwrap_or_default();
        let forged = format!("{signed}.{}", signature.chars().rev().collect::<String>());
        // Says that it is someone else, with the signature of the first.
        let foreign = story.people.new_shopper().await?.token();
        let payload = foreign.split('.').nth(1).unwrap_or_default();
        let swapped = format!("{}.{payload}.{signature}", good.split('.').next().unwrap_or_default());

        let expired = expired(&story, &good).await?;

        answered_with(&story, anonymous(), 401, "unauthenticated").await?;
        for token in ["garbage", "a.b.c", &forged, &swapped, &expired] {
            answered_with(&story, anonymous().bearer_auth(token), 401, "unauthenticated").await?;
        }
        answered_with(&story, anonymous().header("authorization", "Basic x"), 401, "unauthenticated").await?;
        let order = story.people.shop.send(anonymous().bearer_auth(&good)).await?;
        ensure!(order.status.is_success(), "the good one is still good");
        Ok(())
    });
}

/// The same token, signed with the shop's own key, an hour after it ran out.
async fn expired(story: &Story, good: &str) -> Result<String> {
    let stack = &story.stack;
    let secret = story.cluster.get(Kind::Secret, &stack.namespace, &stack.part("users")).await?;
    let pem = secret.data["data"]["JWT_SIGNING_KEY"].as_str().context("users has a key")?;
    let key = EncodingKey::from_ed_pem(&BASE64_STANDARD.decode(pem)?)?;
    let payload = good.split('.').nth(1).context("a token has three parts")?;
    let mut claims: Value = serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(payload)?)?;
    let sign = |claims: &Value| jsonwebtoken::encode(&jsonwebtoken::decode_header(good)?, claims, &key);

    let renewed = story.people.shop.request(Method::GET, "/api/v1/orders").bearer_auth(sign(&claims)?);
    ensure!(story.people.shop.send(renewed).await?.status.is_success(), "what we sign is taken");
    let now = claims["iat"].as_i64().context("a token has a time")?;
    (claims["iat"], claims["exp"]) = (json!(now - 7_200), json!(now - 3_600));
    Ok(sign(&claims)?)
}

#[test]
fn bodies_that_are_wrong_or_too_large_are_refused() {
    beside_others("bad-bodies", async |story| {
        let shopper = story.people.new_shopper().await?;
        let post =
            |path: &str| shopper.request(Method::POST, path).header("content-type", "application/json");
        let order = || post("/api/v1/orders").header("idempotency-key", "bad-bodies");

        answered_with(&story, order().body("{not json"), 400, "malformed-body").await?;
        answered_with(&story, order().body(r#"{"cart_id": 7}"#), 422, "invalid-body").await?;
        answered_with(&story, post("/api/v1/orders").body("{}"), 400, "idempotency-key-missing").await?;
        let plain = shopper.request(Method::POST, "/api/v1/orders").header("idempotency-key", "bad-bodies");
        answered_with(
            &story,
            plain.header("content-type", "text/plain").body("{}"),
            415,
            "unsupported-media-type",
        )
        .await?;
        let huge = format!(r#"{{"cart_id": "{}"}}"#, "x".repeat(2 * 1024 * 1024));
        answered_with(&story, order().body(huge), 413, "body-too-large").await?;
        let payment = post("/api/v1/payments").header("idempotency-key", "bad-bodies");
        answered_with(&story, payment.body("[]"), 422, "invalid-body").await?;
        // A shopper is no seller.
        let product = r#"{"sku": "A", "name": "A", "price": {"amount_minor": 1, "currency": "EUR"}}"#;
        answered_with(&story, post("/api/v1/products").body(product), 403, "forbidden").await
    });
}
