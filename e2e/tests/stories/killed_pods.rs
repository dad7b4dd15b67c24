//! A pod is killed in the middle of ten checkouts: every order ends, nothing is charged twice, stock adds up.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::{Context, Result};
use contracts::api::orders::OrderStatus;
use contracts::api::payments::test_tokens;
use e2e::people::{assert_stock, captures, final_order, find_payment, goods_of, place_order};
use e2e::{Story, alone, within};
use futures::future::{try_join, try_join_all};
use kernel::{OrderId, Sku};
use shop_client::Person;

const CHECKOUTS: usize = 10;
const PIECES: i64 = 100;
const PRICE: i64 = 1_000;
/// Includes the time until the killed server is back.
const FINAL_WITHIN: Duration = Duration::from_secs(150);

#[test]
fn rabbitmq_is_killed_during_checkouts() {
    alone("rabbitmq-killed", async |story| ten_checkouts_while_killing(&story, "rabbitmq").await);
}

#[test]
fn the_orders_pod_is_killed_during_checkouts() {
    alone("orders-killed", async |story| ten_checkouts_while_killing(&story, "orders").await);
}

#[test]
fn postgres_is_killed_during_checkouts() {
    alone("postgres-killed", async |story| ten_checkouts_while_killing(&story, "postgres").await);
}

async fn ten_checkouts_while_killing(story: &Story, victim: &str) -> Result<()> {
    let seller = story.people.new_seller().await?;
    // Shoppers have patience: they try again until the shop is back.
    let shopper = story.people.shop.with_patience(FINAL_WITHIN);
    let shopper = story.people.new_shopper().await?.moved_to(shopper);
    let chair = goods_of(&seller, PRICE, PIECES).await?;

    let paid = AtomicUsize::new(0);
    let checkouts = try_join_all((0..CHECKOUTS).map(|number| check_out(&shopper, &chair.sku, number, &paid)));
    let killing = async {
        // Some have paid, some have ordered, some have not begun.
        within(FINAL_WITHIN, "some have paid", async || {
            e2e::wait::once(paid.load(Ordering::Relaxed) >= 3, paid.load(Ordering::Relaxed))
        })
        .await;
        let killed = story.stack.kill_pods_of(victim).await.context("could not kill it")?;
        println!("killed {killed:?} after {} payments", paid.load(Ordering::Relaxed));
        Ok(())
    };
    let (orders, ()) = try_join(checkouts, killing).await?;

    let mut sold = 0;
    for order in orders {
        let order = final_order(&shopper, order, FINAL_WITHIN).await;
        let taken = captures(find_payment(&shopper, order.id).await?.as_ref());
        match order.status {
            OrderStatus::Confirmed => {
                assert_eq!(taken, [PRICE], "{} is confirmed", order.id);
                sold += 1;
            }
            _ => {
                assert_eq!(
                    taken,
                    Vec::<i64>::new(),
                    "{} is {:?}: {:?}",
                    order.id,
                    order.status,
                    order.reason
                );
            }
        }
    }
    println!("{sold} of {CHECKOUTS} confirmed");
    assert_stock(&seller, &chair.sku, PIECES, sold).await
}

/// They come one after another, so that the pod is killed at a different step of each.
async fn check_out(shopper: &Person, sku: &Sku, number: usize, paid: &AtomicUsize) -> Result<OrderId> {
    tokio::time::sleep(Duration::from_millis(150) * u32::try_from(number)?).await;
    let order = place_order(shopper, sku, 1).await?.id;
    match shopper.pay(order, test_tokens::APPROVED).await {
        // An earlier try arrived, though its answer did not: the order is ahead of its shopper.
        Err(error) if error.code() == Some("not-payable") => {}
        other => other?,
    }
    paid.fetch_add(1, Ordering::Relaxed);
    Ok(order)
}
