//! A shop that moves to a database of somebody else's: made ready with an administrator's Secret, and followed when passwords change.

#[path = "external/servers.rs"]
mod servers;

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use contracts::Role;
use e2e::cluster::Kind;
use e2e::guests::Guests;
use e2e::people::assert_stock;
use e2e::purchases::{PIECES, Purchase, buy, buy_one_of};
use e2e::wait::once;
use e2e::{Stack, in_own_namespace, within};
use operator_api::{ConditionType, Reason};
use serde_json::{Value, json};

use self::servers::{ADMIN, PASSWORD, POSTGRES, RABBITMQ, secret, sql};

const READY_WITHIN: Duration = Duration::from_secs(180);
/// Every database is copied and compared while no service runs.
const MOVED_WITHIN: Duration = Duration::from_secs(300);
const NOTICED_WITHIN: Duration = Duration::from_secs(30);

#[test]
fn a_shop_moves_to_servers_of_somebody_elses_and_follows_their_passwords() {
    in_own_namespace("external", async |guests| {
        servers::start(&guests).await?;
        secret(&guests, "database", &database(&guests)).await?;
        secret(&guests, "database-admin", &pairs(&[("username", ADMIN), ("password", PASSWORD)])).await?;
        secret(&guests, "broker", &broker(&guests, PASSWORD)).await?;

        let elsewhere = external(&json!("database-admin"));
        let stack = guests.stack("shop", &json!({"messaging": elsewhere["messaging"]})).await?;
        stack.wait_for(ConditionType::Ready, "True", READY_WITHIN).await;
        let bought = buy(&guests.people_of(&stack)?).await?;
        move_the_databases(&stack, &elsewhere["database"]).await?;
        assert_stock(&bought.seller, &bought.product.sku, PIECES, 1).await?;
        ensure!(bought.shopper.orders(10, None).await?.data.len() == 1, "the order did not come along");
        buy_one_of(&bought.shopper, &bought.product).await?;

        tell_what_is_wrong(&guests, &stack, &bought).await?;
        follow_the_broker(&guests, &stack).await?;
        buy_one_of(&bought.shopper, &bought.product).await?;
        follow_the_database(&guests, &stack).await?;
        buy_one_of(&bought.shopper, &bought.product).await.map(drop)
    });
}

fn external(admin: &Value) -> Value {
    json!({
        "database": {
            "mode": "External",
            "external": {"secretName": "database", "adminSecretName": admin},
        },
        "messaging": {"mode": "External", "external": {"secretName": "broker"}},
    })
}

fn pairs(values: &[(&str, &str)]) -> Vec<(String, String)> {
    values.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

fn database(guests: &Guests) -> Vec<(String, String)> {
    pairs(&[("host", &servers::host(guests, POSTGRES)), ("sslmode", "disable")])
}

fn broker(guests: &Guests, password: &str) -> Vec<(String, String)> {
    pairs(&[("host", &servers::host(guests, RABBITMQ)), ("username", ADMIN), ("password", password)])
}

/// Only when that is asked for. The old volume stays, and nothing runs on it.
async fn move_the_databases(stack: &Stack, to: &Value) -> Result<()> {
    let refused = stack.patch(&json!({"spec": {"database": to}})).await.err().context("it was accepted")?;
    ensure!(format!("{refused:#}").contains("set operation.migrateDatabase"), "{refused:#}");
    let operation = json!({"migrateDatabase": true});
    stack.patch(&json!({"spec": {"database": to, "operation": operation}})).await?;
    stack.wait_for(ConditionType::Ready, "True", MOVED_WITHIN).await;
    stack.wait_until_settled(READY_WITHIN).await;
    let (namespace, postgres) = (&stack.namespace, stack.part("postgres"));
    ensure!(!stack.cluster.exists(Kind::StatefulSet, namespace, &postgres).await?, "the old server runs");
    ensure!(stack.cluster.exists(Kind::VolumeClaim, namespace, &postgres).await?, "the old volume is gone");
    Ok(())
}

/// A Secret that says nothing useful stops changes, and no sale.
async fn tell_what_is_wrong(guests: &Guests, stack: &Stack, bought: &Purchase) -> Result<()> {
    let pods = stack.uids_of(Role::Orders.name()).await?;
    secret(guests, "database", &pairs(&[("host", "somewhere"), ("sslmode", "maybe")])).await?;
    within(NOTICED_WITHIN, "Degraded names the Secret and the key", async || {
        let degraded = stack.condition(ConditionType::Degraded).await?;
        let named = ["spec.database.external.secretName", "sslmode", "verify-full"];
        let told = degraded.reason == Reason::MissingReference.name()
            && named.iter().all(|word| degraded.message.contains(word));
        once(told, degraded)
    })
    .await;
    buy_one_of(&bought.shopper, &bought.product).await?;
    ensure!(stack.uids_of(Role::Orders.name()).await? == pods, "pods were replaced");
    secret(guests, "database", &database(guests)).await?;
    stack.wait_for(ConditionType::Degraded, "False", NOTICED_WITHIN).await;
    Ok(())
}

/// The roles' users are the operator's to look after: with the new password it still puts back what is missing.
async fn follow_the_broker(guests: &Guests, stack: &Stack) -> Result<()> {
    servers::change_password_of_broker(guests, "another-one").await?;
    secret(guests, "broker", &broker(guests, "mistyped")).await?;
    stack.wait_for(ConditionType::MessagingReady, "False", NOTICED_WITHIN).await;
    secret(guests, "broker", &broker(guests, "another-one")).await?;
    stack.wait_for(ConditionType::MessagingReady, "True", READY_WITHIN).await;
    stack.wait_until_settled(READY_WITHIN).await;
    Ok(())
}

/// From now on somebody else gives the roles their passwords.
async fn follow_the_database(guests: &Guests, stack: &Stack) -> Result<()> {
    let before = stack.uids_of(Role::Orders.name()).await?;
    let mut values = database(guests);
    let mut statements = String::new();
    for role in Role::ALL.into_iter().filter(|role| role.spec().owns_database) {
        let password = format!("{role}-of-theirs");
        statements.push_str(&format!("ALTER ROLE {role} PASSWORD '{password}';\n"));
        values.push((format!("{role}.password"), password));
    }
    secret(guests, "database", &values).await?;
    sql(guests, &statements).await?;
    stack.patch(&json!({"spec": external(&Value::Null)})).await?;
    within(READY_WITHIN, "pods have the new passwords", async || {
        let now = stack.uids_of(Role::Orders.name()).await?;
        once(!now.is_empty() && now.is_disjoint(&before), now)
    })
    .await;
    stack.wait_until_settled(READY_WITHIN).await;
    Ok(())
}
