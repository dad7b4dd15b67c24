//! Who knows what.

use std::collections::BTreeSet;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use contracts::Role;
use serde_json::{Value, json};

use super::stacks::{built, find, inputs, samples, shop};
use crate::{Desired, root_secret, validate};

/// The decoded values of a Secret.
fn values(desired: &Desired, name: &str) -> Vec<(String, String)> {
    let Some(secret) = find(desired, "Secret", name) else { return vec![] };
    let decoded =
        |value: &Value| String::from_utf8(BASE64_STANDARD.decode(value.as_str().unwrap()).unwrap()).unwrap();
    let data = secret.value()["data"].as_object().unwrap();
    data.iter().map(|(key, value)| (key.clone(), decoded(value))).collect()
}

#[test]
fn a_role_is_told_what_the_table_says_it_needs_and_no_more() {
    let desired = built(json!({}));
    for role in Role::ALL {
        let keys: Vec<String> =
            values(&desired, &format!("shop-{role}")).into_iter().map(|(key, _)| key).collect();
        let expected: &[&str] = match role {
            Role::Gateway => &["MQTT_URL"],
            Role::Storefront => &[],
            Role::Users => &["ADMIN_EMAIL", "ADMIN_PASSWORD", "AMQP_URL", "DATABASE_URL", "JWT_SIGNING_KEY"],
            Role::Catalog | Role::Inventory | Role::Orders | Role::Payments | Role::Notifications => {
                &["AMQP_URL", "DATABASE_URL"]
            }
        };
        assert_eq!(keys, expected, "{role}");
    }
}

#[test]
fn addresses_name_the_stacks_own_servers_and_the_roles_own_user() {
    let desired = built(json!({}));
    let orders = values(&desired, "shop-orders");
    assert!(orders[0].1.starts_with("amqps://orders:"), "{}", orders[0].1);
    assert!(orders[0].1.ends_with("@shop-rabbitmq:5671/shop"), "{}", orders[0].1);
    assert!(orders[1].1.starts_with("postgres://orders:"), "{}", orders[1].1);
    assert!(orders[1].1.ends_with("@shop-postgres:5432/orders?sslmode=verify-full"), "{}", orders[1].1);
    let gateway = values(&desired, "shop-gateway");
    assert!(gateway[0].1.starts_with("mqtts://gateway:"), "{}", gateway[0].1);
    assert!(gateway[0].1.ends_with("@shop-rabbitmq:8883"), "{}", gateway[0].1);
}

#[test]
fn nothing_secret_is_outside_secrets() {
    let root = inputs().root;
    let key = root.jwt_signing_key();
    let mut secret: BTreeSet<String> = BTreeSet::from([key.lines().nth(1).unwrap().to_owned()]);
    for role in Role::ALL {
        let hash = root.rabbitmq_password_hash(role.name());
        secret.extend([root.postgres_password(role), root.rabbitmq_password(role.name()), hash]);
    }
    secret.insert(root.administrator_password());
    for desired in samples() {
        for manifest in desired.manifests().filter(|manifest| manifest.kind().kind != "Secret") {
            let text = manifest.value().to_string();
            assert!(!secret.iter().any(|value| text.contains(value)), "{}", manifest.name());
        }
    }
}

#[test]
fn no_role_is_told_the_password_of_another() {
    let desired = built(json!({}));
    let root = inputs().root;
    for reader in Role::ALL {
        let known: String =
            values(&desired, &format!("shop-{reader}")).into_iter().map(|(_, value)| value).collect();
        for other in Role::ALL.into_iter().filter(|other| *other != reader) {
            assert!(!known.contains(&root.postgres_password(other)), "{reader} {other}");
            assert!(!known.contains(&root.rabbitmq_password(other.name())), "{reader} {other}");
        }
    }
}

#[test]
fn the_root_secret_is_made_beside_the_others_and_is_none_of_them() {
    let stack = validate(&shop()).unwrap();
    let root = root_secret(&stack, &inputs().root);
    assert_eq!((root.name(), root.kind().kind), ("shop-root", "Secret"));
    let bytes = BASE64_STANDARD.decode(root.value()["data"]["root"].as_str().unwrap()).unwrap();
    assert_eq!(crate::RootSecret::from_data(&bytes).unwrap().bytes(), inputs().root.bytes());
    assert!(find(&built(json!({})), "Secret", "shop-root").is_none());
    assert!(crate::RootSecret::from_data(&bytes[1..]).is_none());
}
