//! The object is deleted and applied again: volumes were retained, so orders and accounts are still there.

use std::time::Duration;

use anyhow::{Context, ensure};
use contracts::api::orders::OrderStatus;
use contracts::api::payments::test_tokens;
use e2e::cluster::Kind;
use e2e::evidence::root;
use e2e::kubectl::kubectl;
use e2e::people::{PASSWORD, final_order, goods_of, place_order};
use e2e::{SETTLED_WITHIN, alone};

const FINAL_WITHIN: Duration = Duration::from_secs(60);

#[test]
fn orders_outlive_the_object() {
    alone("recreated", async |story| {
        let seller = story.people.new_seller().await?;
        let shopper = story.people.new_shopper().await?;
        let chair = goods_of(&seller, 4_990, 10).await?;
        let order = place_order(&shopper, &chair.sku, 1).await?;
        shopper.pay(order.id, test_tokens::APPROVED).await?;
        let order = final_order(&shopper, order.id, FINAL_WITHIN).await;
        ensure!(order.status == OrderStatus::Confirmed, "{order:?}");

        let stack = &story.stack;
        kubectl(&["-n", &stack.namespace, "delete", "ecommercestack", &stack.name, "--timeout=60s"]).await?;
        stack.wait_until_gone(Duration::from_secs(90)).await;
        for name in [stack.part("postgres"), format!("data-{}-0", stack.part("rabbitmq"))] {
            let volume = story.cluster.exists(Kind::VolumeClaim, &stack.namespace, &name).await?;
            assert!(volume, "volume {name} is retained");
        }

        let sample = root().join("manifests/samples/shop.yaml");
        kubectl(&["apply", "-f", sample.to_str().context("the path is text")?]).await?;
        stack.prepare().await?;
        stack.wait_until_settled(SETTLED_WITHIN).await;

        let back = story.people.shop.log_in(&shopper.user().email, PASSWORD).await;
        let back = back.context("the account is still there")?;
        let orders = back.orders(10, None).await?.data;
        assert_eq!(orders, [order], "the order is as it was");
        Ok(())
    });
}
