//! The definition, the roles that the operator prints, and stacks in twenty namespaces.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use futures::{StreamExt, TryStreamExt, stream};
use k8s_openapi::api::core::v1::Namespace;
use kube::api::{ApiResource, DynamicObject, Patch, PatchParams, PostParams};
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::core::GroupVersionKind;
use kube::runtime::{WatchStreamExt, watcher};
use kube::{Api, Client, Config};
use serde_json::{Value, json};

use crate::process::operator::said;

const NAMESPACES: usize = 20;

pub struct Fleet {
    pub client: Client,
    /// The operator's own.
    pub kubeconfig: String,
    stacks: usize,
}

impl Fleet {
    pub async fn prepare(stacks: usize) -> Self {
        let directory = std::env::var("BENCH_KUBECONFIGS").unwrap();
        let text = |name: &str| std::fs::read_to_string(format!("{directory}/{name}")).unwrap();
        let admin = Kubeconfig::from_yaml(&text("admin")).unwrap();
        rustls::crypto::aws_lc_rs::default_provider().install_default().ok();
        let config = Config::from_custom_kubeconfig(admin, &KubeConfigOptions::default()).await.unwrap();
        let client = Client::try_from(config).unwrap();
        let fleet = Self { client, kubeconfig: text("operator"), stacks };
        fleet.grant().await;
        fleet.define().await;
        let names = (0..NAMESPACES.min(stacks)).map(namespace).chain(["system".to_owned()]);
        for name in names {
            let value = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}});
            let space: Namespace = serde_json::from_value(value).unwrap();
            Api::all(fleet.client.clone()).create(&PostParams::default(), &space).await.unwrap();
        }
        fleet
    }

    /// Exactly what the chart grants, on an API server that means it.
    async fn grant(&self) {
        let rules: Value = serde_yaml::from_str(&said(&["rbac"], &[], "").stdout).unwrap();
        let all: Vec<&Value> =
            ["lease", "stacks"].iter().flat_map(|part| rules[part].as_array().unwrap()).collect();
        let role = json!({"metadata": {"name": "operator"}, "rules": all});
        let binding = json!({
            "metadata": {"name": "operator"},
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "operator"},
            "subjects": [{"kind": "User", "name": "operator", "apiGroup": "rbac.authorization.k8s.io"}],
        });
        self.apply("rbac.authorization.k8s.io", "ClusterRole", role).await;
        self.apply("rbac.authorization.k8s.io", "ClusterRoleBinding", binding).await;
    }

    async fn define(&self) {
        let definition: Value = serde_yaml::from_str(&said(&["crd"], &[], "").stdout).unwrap();
        let name = self.apply("apiextensions.k8s.io", "CustomResourceDefinition", definition).await;
        let kind = GroupVersionKind::gvk("apiextensions.k8s.io", "v1", "CustomResourceDefinition");
        let api: Api<DynamicObject> = Api::all_with(self.client.clone(), &ApiResource::from_gvk(&kind));
        let known = |object: Option<&DynamicObject>| {
            let conditions =
                object.map(|object| object.data["status"]["conditions"].clone()).unwrap_or_default();
            conditions.as_array().is_some_and(|all| {
                all.iter().any(|one| one["type"] == "Established" && one["status"] == "True")
            })
        };
        kube::runtime::wait::await_condition(api, &name, known).await.unwrap();
    }

    async fn apply(&self, group: &str, kind: &str, mut value: Value) -> String {
        value["apiVersion"] = json!(format!("{group}/v1"));
        value["kind"] = json!(kind);
        let resource = ApiResource::from_gvk(&GroupVersionKind::gvk(group, "v1", kind));
        let api: Api<DynamicObject> = Api::all_with(self.client.clone(), &resource);
        let name = value["metadata"]["name"].as_str().unwrap().to_owned();
        api.patch(&name, &PatchParams::apply("bench"), &Patch::Apply(&value)).await.unwrap();
        name
    }

    /// Creates all of them at once. How long each took until it was Ready.
    pub async fn come_up(&self, deadline: Instant) -> Vec<Duration> {
        let kind = GroupVersionKind::gvk("ecommercestack.dev", "v1alpha1", "EcommerceStack");
        let resource = ApiResource::from_gvk(&kind);
        let creating = async {
            let numbers = stream::iter(0..self.stacks);
            let created = numbers.map(|number| {
                let api: Api<DynamicObject> =
                    Api::namespaced_with(self.client.clone(), &namespace(number), &resource);
                async move {
                    let stack = serde_json::from_value(stack(number)).unwrap();
                    api.create(&PostParams::default(), &stack).await.unwrap();
                    Ok::<_, kube::Error>((stack_name(number), Instant::now()))
                }
            });
            created.buffer_unordered(16).try_collect::<HashMap<_, _>>().await.unwrap()
        };
        let (created, ready) = tokio::join!(creating, self.ready(&resource, deadline));
        ready.into_iter().map(|(name, at)| at.saturating_duration_since(created[&name])).collect()
    }

    async fn ready(&self, resource: &ApiResource, deadline: Instant) -> HashMap<String, Instant> {
        let api: Api<DynamicObject> = Api::all_with(self.client.clone(), resource);
        let mut watch = watcher(api, watcher::Config::default()).default_backoff().applied_objects().boxed();
        let (mut ready, mut told) = (HashMap::new(), Instant::now());
        while ready.len() < self.stacks {
            let left = deadline.saturating_duration_since(Instant::now());
            let Ok(next) = tokio::time::timeout(left, watch.next()).await else {
                panic!("{} of {} stacks came up", ready.len(), self.stacks);
            };
            let Some(Ok(object)) = next else { continue };
            if is_ready(&object) {
                ready.entry(object.metadata.name.unwrap()).or_insert_with(Instant::now);
            }
            if told.elapsed() > Duration::from_secs(20) {
                told = Instant::now();
                println!("  {} of {} are Ready", ready.len(), self.stacks);
            }
        }
        ready
    }
}

pub fn namespace(number: usize) -> String {
    format!("team-{:02}", number % NAMESPACES)
}

pub fn stack_name(number: usize) -> String {
    format!("shop-{number:04}")
}

/// Without what would be asked of pods that nobody runs.
fn stack(number: usize) -> Value {
    json!({
        "apiVersion": "ecommercestack.dev/v1alpha1", "kind": "EcommerceStack",
        "metadata": {"name": stack_name(number)},
        "spec": {
            "security": {"mtls": {"enabled": false}},
            "observability": {"prometheus": {"mode": "Disabled"}},
        },
    })
}

fn is_ready(object: &DynamicObject) -> bool {
    let status = &object.data["status"];
    let conditions = status["conditions"].as_array().map(Vec::as_slice).unwrap_or_default();
    conditions.iter().any(|one| one["type"] == "Ready" && one["status"] == "True")
}
