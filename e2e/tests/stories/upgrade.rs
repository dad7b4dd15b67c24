//! Another release while shoppers buy: no request fails, no order is lost, and Ready is not said before every pod is of it.

use std::process::Stdio;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use contracts::api::orders::OrderStatus;
use contracts::api::payments::test_tokens;
use e2e::cluster::Kind;
use e2e::people::{assert_stock, captures, final_order, find_payment, goods_of, place_order};
use e2e::requests::while_asking;
use e2e::wait::{once, within};
use e2e::{SETTLED_WITHIN, Stack, Story, alone};
use futures::future::{try_join, try_join_all};
use kernel::{OrderId, Sku};
use operator_api::ConditionType;
use serde_json::{Value, json};
use shop_client::Person;
use tokio::process::Command;

/// The same programs under another name: pods are replaced, and migrations run, as for any other release.
const RELEASE: &str = "999.0.0";
const SHOPPERS: usize = 3;
const PIECES: i64 = 5_000;
const PRICE: i64 = 1_000;
const FINAL_WITHIN: Duration = Duration::from_secs(60);

#[test]
fn a_release_is_rolled_out_while_shoppers_buy_and_nobody_notices() {
    alone("upgrade", async |story| {
        let image = tagged(&story.stack).await?;
        let back = story.stack.object().await?.data["spec"]["version"].clone();
        let seller = story.people.new_seller().await?;
        let chair = goods_of(&seller, PRICE, PIECES).await?;
        let over = AtomicBool::new(false);

        let upgrade = async {
            let told = rolled_out(&story.stack, json!(RELEASE), |now| now == image).await;
            // And back: it was no other schema.
            let told = told.and(rolled_out(&story.stack, back, |now| now != image).await);
            over.store(true, Ordering::Relaxed);
            told
        };
        let shopping = try_join_all((0..SHOPPERS).map(|_| shop(&story, &chair.sku, &over)));
        let (bought, ()) = while_asking(&story.people, async || try_join(shopping, upgrade).await).await?;

        let mut sold = 0;
        for (shopper, orders) in &bought {
            for order in orders {
                let order = final_order(shopper, *order, FINAL_WITHIN).await;
                ensure!(order.status == OrderStatus::Confirmed, "{order:?}");
                let taken = captures(find_payment(shopper, order.id).await?.as_ref());
                ensure!(taken == [PRICE], "{}: {taken:?}", order.id);
                sold += 1;
            }
        }
        println!("{sold} orders, all confirmed");
        ensure!(sold > 0, "nobody bought anything");
        assert_stock(&seller, &chair.sku, PIECES, sold).await
    });
}

/// One after another until the upgrade is over; the first request that fails ends it.
async fn shop(story: &Story, sku: &Sku, over: &AtomicBool) -> Result<(Person, Vec<OrderId>)> {
    let (shopper, mut orders) = (story.people.new_shopper().await?, Vec::new());
    while !over.load(Ordering::Relaxed) {
        let order = place_order(&shopper, sku, 1).await.context("could not order")?;
        shopper.pay(order.id, test_tokens::APPROVED).await.context("could not pay")?;
        orders.push(order.id);
    }
    Ok((shopper, orders))
}

/// Until the stack is Ready for what is asked of it here: then at once every service has an image that is right.
async fn rolled_out(stack: &Stack, version: Value, right: impl Fn(&str) -> bool) -> Result<()> {
    stack.patch(&json!({"spec": {"version": version}})).await?;
    let asked = stack.object().await?.metadata.generation;
    within(SETTLED_WITHIN, &format!("{version} runs"), async || {
        let object = stack.object().await?;
        let ready = ready(&object.data).context("there is no condition Ready")?;
        let said = ready["status"] == "True" && ready["observedGeneration"].as_i64() >= asked;
        if said {
            for deployment in stack.deployments().await? {
                let image = &deployment.data["spec"]["template"]["spec"]["containers"][0]["image"];
                let status = &deployment.data["status"];
                let (all, new) = (&status["replicas"], &status["updatedReplicas"]);
                assert!(
                    image.as_str().is_some_and(&right) && all == new,
                    "Ready too early: {image}, {status}"
                );
            }
        }
        once(said, ready.clone())
    })
    .await;
    Ok(())
}

fn ready(data: &Value) -> Option<&Value> {
    let name = ConditionType::Ready.name();
    data["status"]["conditions"].as_array()?.iter().find(|condition| condition["type"] == name)
}

/// The image that runs now is the release's too, on the node.
async fn tagged(stack: &Stack) -> Result<String> {
    let catalog = stack.cluster.get(Kind::Deployment, &stack.namespace, &stack.part("catalog")).await?;
    let now = catalog.data["spec"]["template"]["spec"]["containers"][0]["image"].as_str();
    let now = now.context("it has an image")?.to_owned();
    let (repository, _) = now.rsplit_once(':').context("its image has a tag")?;
    let release = format!("{repository}:{RELEASE}");
    let pods = stack.pods_of("catalog").await?;
    let node = pods.first().and_then(|pod| pod.data["spec"]["nodeName"].as_str()).context("it has a pod")?;
    let tag = ["exec", node, "ctr", "--namespace", "k8s.io", "images", "tag", "--force", &now, &release];
    let said = Command::new("docker").args(tag).stdin(Stdio::null()).output().await?;
    ensure!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    Ok(release)
}
