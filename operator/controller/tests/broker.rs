//! The definitions of a stack in a real RabbitMQ: what is imported is found as it was wanted, and every change is noticed.
#![expect(clippy::unwrap_used, reason = "a test that can't go on says where")]

use contracts::Role;
use ecommerce_operator::broker::{Management, Place, Trust, difference};
use operator_desired::{Definitions, ExternalBroker, RootSecret, definitions, validate};
use serde_json::json;
use url::Url;

/// A vhost of its own, and users whose names tell it.
struct Broker {
    management: Management,
    http: reqwest::Client,
    url: Url,
    wanted: Definitions,
    namespace: String,
}

impl Broker {
    async fn filled() -> Self {
        rustls::crypto::aws_lc_rs::default_provider().install_default().ok();
        let url = std::env::var("TEST_RABBITMQ_API").expect("TEST_RABBITMQ_API is set: . .run/tests.env");
        let url = Url::parse(&url).unwrap();
        let (username, password) = (url.username().to_owned(), url.password().unwrap().to_owned());
        let mut bare = url.clone();
        bare.set_username("").unwrap();
        bare.set_password(None).unwrap();
        let base = bare.as_str().trim_end_matches('/').to_owned();

        let namespace = format!("test-{:08x}", random());
        let stack = json!({
            "apiVersion": "ecommercestack.dev/v1alpha1", "kind": "EcommerceStack",
            "metadata": {"name": "shop", "namespace": namespace, "uid": "1"},
            "spec": {"messaging": {"mode": "External", "external": {"secretName": "mq"}}},
        });
        let stack = validate(&serde_json::from_value(stack).unwrap()).unwrap();
        let external = ExternalBroker {
            host: "unused".to_owned(),
            amqp_port: 1,
            mqtt_port: 1,
            management_url: base.clone(),
            vhost: format!("{namespace} of the operator"),
            username: username.clone(),
            password: password.clone(),
            ca: None,
        };
        let wanted = definitions(&stack, &RootSecret::new([7; 32]), Some(&external));
        let trust = Trust::default();
        let management =
            Management::at(Place { url: base, username, password: password.into(), trust }).unwrap();
        let broker = Self { management, http: reqwest::Client::new(), url, wanted, namespace };
        broker.management.import(&broker.wanted.document).await.unwrap();
        broker
    }

    async fn difference(&self) -> ecommerce_operator::broker::Difference {
        difference(&self.wanted, &self.management.definitions().await.unwrap())
    }

    fn user(&self, role: Role) -> String {
        format!("{}.shop.{role}", self.namespace)
    }

    async fn put(&self, path: &[&str], body: serde_json::Value) {
        let mut url = self.url.clone();
        url.path_segments_mut().unwrap().extend(["api"]).extend(path);
        let answer = self.http.put(url).json(&body).send().await.unwrap();
        assert!(answer.status().is_success(), "{path:?}: {}", answer.status());
    }

    async fn delete(&self, path: &[&str]) {
        let mut url = self.url.clone();
        url.path_segments_mut().unwrap().extend(["api"]).extend(path);
        let answer = self.http.delete(url).send().await.unwrap();
        assert!(answer.status().is_success(), "{path:?}: {}", answer.status());
    }

    async fn leave(self) {
        self.delete(&["vhosts", &self.wanted.vhost]).await;
        for user in self.wanted.document["users"].as_array().unwrap() {
            self.delete(&["users", user["name"].as_str().unwrap()]).await;
        }
    }
}

#[tokio::test]
async fn what_was_imported_is_found_as_it_was_wanted_and_every_change_is_put_right() {
    let broker = Broker::filled().await;
    assert!(broker.difference().await.is_none(), "{:?}", broker.difference().await);

    let (vhost, orders) = (broker.wanted.vhost.clone(), broker.user(Role::Orders));
    let everything = json!({"configure": ".*", "write": ".*", "read": ".*"});
    broker.put(&["permissions", &vhost, &orders], everything).await;
    broker
        .put(&["users", &broker.user(Role::Users)], json!({"password": "known", "tags": "administrator"}))
        .await;
    broker.delete(&["queues", &vhost, "payments.retry"]).await;
    let found = broker.difference().await;
    assert!(found.lacking.contains(&format!("permission {orders}")), "{found:?}");
    assert!(found.lacking.contains(&format!("user {}", broker.user(Role::Users))), "{found:?}");
    assert!(found.lacking.contains(&"queue payments.retry".to_owned()), "{found:?}");
    assert!(found.lacking.contains(&"binding payments.retry".to_owned()), "{found:?}");

    broker.management.import(&broker.wanted.document).await.unwrap();
    assert!(broker.difference().await.is_none(), "{:?}", broker.difference().await);
    broker.leave().await;
}

#[tokio::test]
async fn what_nobody_needs_any_more_is_deleted_by_the_paths_that_were_told() {
    let mut broker = Broker::filled().await;
    let retired = broker.user(Role::Orders);
    let document = &mut broker.wanted.document;
    for list in ["users", "permissions", "topic_permissions"] {
        let name = if list == "users" { "name" } else { "user" };
        document[list].as_array_mut().unwrap().retain(|one| one[name] != *retired);
    }
    let bindings = document["bindings"].as_array_mut().unwrap();
    let before = bindings.len();
    bindings.retain(|binding| binding["source"] != "shop.inventory");
    let unbound = before - bindings.len();

    let found = broker.difference().await;
    assert!(found.lacking.is_empty() && found.fixed.is_empty(), "{found:?}");
    assert_eq!(found.superfluous.len(), 1 + unbound);
    for path in &found.superfluous {
        broker.management.delete(path).await.unwrap();
    }
    assert!(broker.difference().await.is_none(), "{:?}", broker.difference().await);
    broker.leave().await;
}

#[tokio::test]
async fn a_queue_of_another_form_is_told_apart_and_no_import_changes_it() {
    let broker = Broker::filled().await;
    let vhost = broker.wanted.vhost.clone();
    broker.delete(&["queues", &vhost, "orders.parked"]).await;
    broker
        .put(
            &["queues", &vhost, "orders.parked"],
            json!({"durable": true, "arguments": {"x-queue-type": "classic"}}),
        )
        .await;
    broker.management.import(&broker.wanted.document).await.unwrap();
    let found = broker.difference().await;
    assert!(!found.can_be_mended(), "{found:?}");
    assert_eq!(found.fixed.iter().map(|fixed| fixed.name.as_str()).collect::<Vec<_>>(), ["orders.parked"]);
    broker.leave().await;
}

#[tokio::test]
async fn a_single_node_is_needed_by_no_majority() {
    let broker = Broker::filled().await;
    assert_eq!(broker.management.is_quorum_critical().await, Ok(false));
    broker.leave().await;
}

fn random() -> u32 {
    let mut bytes = [0; 4];
    aws_lc_rs::rand::fill(&mut bytes).unwrap();
    u32::from_be_bytes(bytes)
}
