//! What leads, while a test does something to the cluster.

use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use operator_desired::DefaultImages;
use serde_json::{Value, json};

use crate::broker::tests::fake::FakeBroker;
use crate::fake_api::FakeApi;
use crate::metrics::Metrics;
use crate::pass::tests::world::pods_up;
use crate::reconcile::Context;
use crate::run::{Stop, work};
use crate::scope::Scope;
use crate::settings::Settings;

pub struct Running {
    pub api: FakeApi,
    pub context: Arc<Context>,
    /// Every stack's.
    _broker: FakeBroker,
}

impl Running {
    /// In these namespaces, with commas between them.
    pub async fn of(namespaces: &str) -> Self {
        let (api, broker) = (FakeApi::start().await, FakeBroker::start().await);
        let settings = Settings {
            images: DefaultImages {
                shop: "shop:1".into(),
                postgres: "postgres:17".into(),
                rabbitmq: "rabbitmq:4.0".into(),
                prometheus: "prometheus:3".into(),
            },
            namespace: "system".to_owned(),
            pod: "me".to_owned(),
            scope: Scope::parse(namespaces).unwrap(),
            admin: "127.0.0.1:0".parse().unwrap(),
        };
        let mut context = Context::new(api.client(), &settings, Metrics::new());
        context.tools.brokers = broker.brokers();
        Self { api, context: Arc::new(context), _broker: broker }
    }

    /// Runs everything, nodes included, until the script is through.
    pub async fn during(&self, script: impl Future<Output = ()>) {
        let never: Stop = pending().boxed().shared();
        tokio::select! {
            () = work(self.api.client(), self.context.clone(), never) => panic!("the controller ended"),
            () = self.nodes() => {}
            () = script => {}
        }
    }

    /// Whatever is to run, runs.
    async fn nodes(&self) {
        loop {
            for path in self.api.paths() {
                let Some(mut object) = self.api.get(&path) else { continue };
                let before = object["status"].clone();
                if path.contains("/deployments/") || path.contains("/statefulsets/") {
                    pods_up(&mut object);
                } else if path.contains("/jobs/") {
                    object["status"] = json!({"conditions": [{"type": "Complete", "status": "True"}]});
                }
                if object["status"] != before {
                    self.api.edit(&path, |stored| stored["status"] = object["status"].clone());
                }
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    pub fn create(&self, namespace: &str, name: &str, spec: Value) {
        let stack_object = json!({
            "apiVersion": "ecommercestack.dev/v1alpha1", "kind": "EcommerceStack",
            "metadata": {"name": name, "namespace": namespace}, "spec": spec,
        });
        self.api.put(&stack(namespace, name), stack_object);
    }

    pub async fn ready(&self, namespace: &str, name: &str) {
        let what = format!("{namespace}/{name} is Ready");
        self.api.until(&what, |api| is(api, &stack(namespace, name), "Ready", "status", "True")).await;
    }

    /// Waits until nothing has been asked for a second.
    pub async fn calm(&self) {
        loop {
            self.api.asked();
            tokio::time::sleep(Duration::from_secs(1)).await;
            if self.api.asked().is_empty() {
                return;
            }
        }
    }

    pub fn metrics(&self) -> String {
        String::from_utf8(self.context.metrics.text()).unwrap()
    }
}

pub fn stack(namespace: &str, name: &str) -> String {
    format!("/apis/ecommercestack.dev/v1alpha1/namespaces/{namespace}/ecommercestacks/{name}")
}

pub fn service(namespace: &str, name: &str) -> String {
    format!("/api/v1/namespaces/{namespace}/services/{name}")
}

/// Whether a condition of this stack has a field of this value.
pub fn is(api: &FakeApi, stack: &str, condition: &str, field: &str, value: &str) -> bool {
    let status = api.get(stack).map(|stack| stack["status"].clone()).unwrap_or_default();
    let conditions = status["conditions"].as_array().cloned().unwrap_or_default();
    conditions.iter().any(|one| one["type"] == condition && one[field] == value)
}
