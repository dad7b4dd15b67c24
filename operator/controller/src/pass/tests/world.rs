//! A namespace with a stack in it, and hands to turn it with.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use k8s_openapi::jiff::{SignedDuration, Timestamp};
use kube::runtime::events::{Recorder, Reporter};
use operator_api::EcommerceStackStatus;
use operator_desired::DefaultImages;
use serde_json::{Value, json};

use crate::broker::tests::fake::FakeBroker;
use crate::clock::Clock;
use crate::cluster::{Cluster, Outcome};
use crate::discovery::Discovery;
use crate::fake_api::{Asked, FakeApi};
use crate::metrics::Metrics;
use crate::pass::{Ending, Tools, pass};
use crate::pki::Prober;
use crate::references::References;
use crate::stack_key::StackKey;
use crate::stubborn::Stubborn;

pub const STACK: &str = "/apis/ecommercestack.dev/v1alpha1/namespaces/shops/ecommercestacks/shop";

pub struct World {
    pub api: FakeApi,
    pub broker: FakeBroker,
    pub key: StackKey,
    pub tools: Tools,
    time: Arc<Mutex<Timestamp>>,
}

/// Paths of children, by what `kubectl` calls them.
pub fn path(resource: &str, name: &str) -> String {
    let group = match resource {
        "deployments" | "replicasets" | "statefulsets" => "/apis/apps/v1",
        "jobs" | "cronjobs" => "/apis/batch/v1",
        "clusters" | "databases" | "databaseroles" => "/apis/postgresql.cnpg.io/v1",
        "ingresses" => "/apis/networking.k8s.io/v1",
        "horizontalpodautoscalers" => "/apis/autoscaling/v2",
        "certificates" => "/apis/cert-manager.io/v1",
        "scaledobjects" => "/apis/keda.sh/v1alpha1",
        _ => "/api/v1",
    };
    format!("{group}/namespaces/shops/{resource}/{name}")
}

impl World {
    /// With one stack of this spec, not yet seen by anybody.
    pub async fn with(spec: Value) -> Self {
        let (api, broker) = (FakeApi::start().await, FakeBroker::start().await);
        let client = api.client();
        let time = Arc::new(Mutex::new("2026-11-22T12:00:00Z".parse().unwrap()));
        let told = time.clone();
        let clock = Clock::new(move || *told.lock().unwrap());
        let tools = Tools {
            recorder: Recorder::new(
                client.clone(),
                Reporter { controller: "test".to_owned(), instance: None },
            ),
            cluster: Cluster::new(client),
            namespace: "ecommerce-system".to_owned(),
            images: DefaultImages {
                shop: "shop:1".into(),
                postgres: "postgres:17".into(),
                rabbitmq: "rabbitmq:4.0".into(),
                prometheus: "prometheus:3".into(),
            },
            contracts: BTreeMap::new(),
            references: References::default(),
            stubborn: Stubborn::default(),
            discovery: Discovery::default(),
            prober: Prober::direct(clock.clone()),
            expiries: Metrics::new().certificates().clone(),
            clock,
            table: Arc::default(),
            brokers: broker.brokers(),
        };
        let world = Self { api, broker, key: StackKey::new("shops", "shop"), tools, time };
        world.api.put(
            STACK,
            json!({
                "apiVersion": "ecommercestack.dev/v1alpha1", "kind": "EcommerceStack",
                "metadata": {"name": "shop", "namespace": "shops"}, "spec": spec,
            }),
        );
        world
    }

    /// With a stack that has come up completely.
    pub async fn settled(spec: Value) -> Self {
        let world = Self::with(spec).await;
        world.settle().await;
        world
    }

    pub async fn settle(&self) {
        for _ in 0..5 {
            self.pass().await;
            self.controllers_catch_up();
        }
        self.pass().await;
        assert_eq!(self.condition("Ready")["status"], "True", "{:#}", self.stack()["status"]);
        self.api.asked();
    }

    /// Whatever was asked stays to be read.
    pub async fn settle_quietly(&self) {
        for _ in 0..6 {
            self.pass().await;
            self.controllers_catch_up();
        }
        assert_eq!(self.condition("Ready")["status"], "True", "{:#}", self.stack()["status"]);
    }

    pub async fn pass(&self) -> Ending {
        self.try_pass().await.unwrap()
    }

    pub async fn try_pass(&self) -> Outcome<Ending> {
        pass(&self.key, &self.tools).await
    }

    /// What the pass wrote, events aside.
    pub async fn writes_of_a_pass(&self) -> Vec<Asked> {
        self.api.asked();
        self.pass().await;
        self.api.writes().into_iter().filter(|asked| !asked.path.contains("/events")).collect()
    }

    /// The writes as short texts, those to the status aside.
    pub async fn changes_of_a_pass(&self) -> Vec<String> {
        let writes = self.writes_of_a_pass().await;
        writes.iter().filter(|asked| !asked.path.ends_with("/status")).map(Asked::short).collect()
    }

    /// Deployments, StatefulSets, Jobs and the objects of CloudNativePG report that all is done.
    pub fn controllers_catch_up(&self) {
        self.api.edit_all("/statefulsets/", pods_up);
        self.api.edit_all("/deployments/", pods_up);
        self.api.edit_all("/jobs/", |job| {
            job["status"]["conditions"] = json!([{"type": "Complete", "status": "True"}]);
        });
        self.api.edit_all("/clusters/", |cluster| {
            cluster["status"] = json!({
                "readyInstances": 1, "instancesStatus": {"healthy": ["shop-db-1"]},
                "currentPrimary": "shop-db-1", "targetPrimary": "shop-db-1",
            });
        });
        for resource in ["/databases/", "/databaseroles/"] {
            self.api.edit_all(resource, |object| {
                let generation = object["metadata"]["generation"].clone();
                object["status"] = json!({"applied": true, "observedGeneration": generation});
            });
        }
    }

    pub fn later(&self, by: Duration) {
        let mut time = self.time.lock().unwrap();
        *time += by;
    }

    /// Forwards, or back.
    pub fn set_clock_by(&self, seconds: i64) {
        let mut time = self.time.lock().unwrap();
        *time += SignedDuration::from_secs(seconds);
    }

    /// Certificates are held against the clock of this machine.
    pub fn at_this_moment(&self) {
        *self.time.lock().unwrap() = Timestamp::now();
    }

    /// The process ends, and another one begins.
    pub fn restart(&mut self) {
        self.tools.table = Arc::default();
    }

    pub fn change_spec(&self, change: impl FnOnce(&mut Value)) {
        self.api.edit(STACK, |stack| change(&mut stack["spec"]));
    }

    pub fn stack(&self) -> Value {
        self.api.get(STACK).unwrap()
    }

    pub fn status(&self) -> EcommerceStackStatus {
        serde_json::from_value(self.stack()["status"].clone()).unwrap()
    }

    pub fn condition(&self, kind: &str) -> Value {
        let conditions = self.stack()["status"]["conditions"].clone();
        let found = conditions.as_array().into_iter().flatten().find(|condition| condition["type"] == kind);
        found.unwrap_or_else(|| panic!("no {kind} in {conditions}")).clone()
    }

    /// What the pods of a service run.
    pub fn image(&self, role: &str) -> String {
        let deployment = self.api.get(&path("deployments", &format!("shop-{role}"))).unwrap();
        deployment["spec"]["template"]["spec"]["containers"][0]["image"].as_str().unwrap().to_owned()
    }

    /// Writes an annotation on the stack.
    pub fn annotate(&self, key: &str, value: &str) {
        self.api.edit(STACK, |stack| stack["metadata"]["annotations"][key] = json!(value));
    }

    /// The newest pods of a Deployment crash, whatever is waited.
    pub fn crash(&self, role: &str) {
        let deployment = path("deployments", &format!("shop-{role}"));
        self.api.edit(&deployment, |deployment| {
            deployment["metadata"]["annotations"]["deployment.kubernetes.io/revision"] = json!("2");
            let generation = deployment["metadata"]["generation"].clone();
            deployment["status"]["observedGeneration"] = generation;
            deployment["status"]["updatedReplicas"] = json!(0);
        });
        let owner = self.api.get(&deployment).unwrap()["metadata"]["uid"].clone();
        let labels = json!({"app.kubernetes.io/managed-by": "ecommerce-operator", "app.kubernetes.io/instance": "shop"});
        let name = format!("shop-{role}-new");
        self.api.put(
            &path("replicasets", &name),
            json!({"metadata": {
                "name": name, "uid": format!("set-of-{role}"), "labels": labels, "ownerReferences": [{"uid": owner}],
                "annotations": {"deployment.kubernetes.io/revision": "2"},
            }}),
        );
        self.api.put(
            &path("pods", &format!("{name}-1")),
            json!({
                "metadata": {
                    "name": format!("{name}-1"), "labels": labels, "ownerReferences": [{"uid": format!("set-of-{role}")}],
                    "creationTimestamp": "2026-11-22T12:00:00Z",
                },
                "status": {"containerStatuses": [{
                    "name": role, "restartCount": 3, "ready": false,
                    "state": {"waiting": {"reason": "CrashLoopBackOff"}},
                    "lastState": {"terminated": {"exitCode": 3}},
                }]},
            }),
        );
    }

    /// The one whose name begins so.
    pub fn name_of(&self, resource: &str, beginning: &str) -> String {
        let prefix = path(resource, beginning);
        let found = self.api.paths().into_iter().find(|path| path.starts_with(&prefix));
        let found = found.unwrap_or_else(|| panic!("no {resource} {beginning}*"));
        found.rsplit('/').next().unwrap().to_owned()
    }
}

pub fn pods_up(object: &mut Value) {
    let replicas = object["spec"]["replicas"].as_i64().unwrap_or(1);
    // The store counts generations by spec, and this changes none.
    object["status"] = json!({
        "observedGeneration": object["metadata"]["generation"],
        "replicas": replicas, "updatedReplicas": replicas, "readyReplicas": replicas, "availableReplicas": replicas,
    });
}

pub fn pods_down(object: &mut Value) {
    object["status"]["readyReplicas"] = json!(0);
    object["status"]["availableReplicas"] = json!(0);
}
