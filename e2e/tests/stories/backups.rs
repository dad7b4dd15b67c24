//! What was dumped comes back, in a stack that begins with it.

use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use e2e::guests::Guests;
use e2e::kubectl::kubectl;
use e2e::people::{PASSWORD, People, assert_stock};
use e2e::purchases::{PIECES, Purchase, buy, buy_one_of};
use e2e::wait::once;
use e2e::{Stack, in_own_namespace, within};
use operator_api::{ConditionType, Reason};
use serde_json::json;
use shop_client::Person;

const READY_WITHIN: Duration = Duration::from_secs(180);
const DUMPED_WITHIN: Duration = Duration::from_secs(60);

#[test]
fn a_new_stack_begins_with_the_dump_of_another_which_goes_on_as_it_was() {
    in_own_namespace("restored", async |guests| {
        let backup = json!({"schedule": "0 3 1 1 *"});
        let old = guests.stack("old", &json!({"database": {"embedded": {"backup": backup}}})).await?;
        old.wait_for(ConditionType::Ready, "True", READY_WITHIN).await;
        let waiting = old.condition(ConditionType::BackedUp).await?;
        ensure!((waiting.status.as_str(), waiting.reason.as_str()) == ("False", Reason::Waiting.name()));
        let bought = buy(&guests.people_of(&old)?).await?;
        dump(&old).await?;
        let pods = pods(&old).await?;

        let restore = json!({"volumeClaim": "old-backups", "stack": "old"});
        let new = guests.stack("new", &json!({"database": {"restoreFrom": restore}})).await?;
        new.wait_for(ConditionType::Ready, "True", READY_WITHIN).await;
        holds(&guests, &new, &bought).await?;

        assert_stock(&bought.seller, &bought.product.sku, PIECES, 1).await?;
        ensure!(bought.shopper.orders(10, None).await?.data.len() == 1, "the old shop has a new order");
        ensure!(self::pods(&old).await? == pods, "the old shop's pods were replaced");
        Ok(())
    });
}

/// One more than the schedule makes, as the documentation says.
async fn dump(stack: &Stack) -> Result<()> {
    let from = format!("--from=cronjob/{}", stack.part("backup"));
    kubectl(&["-n", &stack.namespace, "create", "job", &from, "backup-now"]).await?;
    stack.wait_for(ConditionType::BackedUp, "True", DUMPED_WITHIN).await;
    within(DUMPED_WITHIN, "status says when", async || {
        let status = stack.object().await?.data["status"].clone();
        once(status["lastBackupTime"].is_string(), status)
    })
    .await;
    Ok(())
}

async fn pods(stack: &Stack) -> Result<BTreeSet<Option<String>>> {
    let mut pods = BTreeSet::new();
    for part in ["orders", "postgres", "rabbitmq"] {
        pods.extend(stack.uids_of(part).await?);
    }
    Ok(pods)
}

/// Accounts, the order and the stock; and it sells what is left.
async fn holds(guests: &Guests, stack: &Stack, bought: &Purchase) -> Result<()> {
    let people = guests.people_of(stack)?;
    let (seller, shopper) = (again(&people, &bought.seller).await?, again(&people, &bought.shopper).await?);
    let order = shopper.order(bought.order.id).await.context("the order is not there")?;
    ensure!(order.status == bought.order.status && order.total == bought.order.total, "{order:?}");
    assert_stock(&seller, &bought.product.sku, PIECES, 1).await?;
    buy_one_of(&shopper, &bought.product).await?;
    assert_stock(&seller, &bought.product.sku, PIECES, 2).await
}

/// The same account, in the other shop.
async fn again(people: &People, person: &Person) -> Result<Person> {
    people.shop.log_in(&person.user().email, PASSWORD).await.context("the account is not there")
}
