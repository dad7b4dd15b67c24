//! Plays the controllers and nodes that are not there: whatever is to run, runs.

use futures::future::join3;
use futures::{StreamExt, TryStreamExt};
use k8s_openapi::jiff::Timestamp;
use kube::api::{ApiResource, DynamicObject, Patch, PatchParams};
use kube::core::GroupVersionKind;
use kube::runtime::{WatchStreamExt, watcher};
use kube::{Api, Client};
use serde_json::{Value, json};
use tokio::task::JoinHandle;

const AT_A_TIME: usize = 16;

pub fn play(client: &Client) -> JoinHandle<()> {
    let client = client.clone();
    #[expect(
        clippy::disallowed_methods,
        reason = "the platform's tasks are the services'; the bench ends this one"
    )]
    tokio::spawn(async move {
        let deployments = keep(&client, "apps", "Deployment", pods);
        let sets = keep(&client, "apps", "StatefulSet", pods);
        let jobs = keep(&client, "batch", "Job", completion);
        join3(deployments, sets, jobs).await;
    })
}

/// Writes the status of every object that does not have it yet.
async fn keep(client: &Client, group: &str, kind: &str, wanted: fn(&DynamicObject) -> Option<Value>) {
    let resource = ApiResource::from_gvk(&GroupVersionKind::gvk(group, "v1", kind));
    let all: Api<DynamicObject> = Api::all_with(client.clone(), &resource);
    let config = watcher::Config::default().page_size(100);
    let due = watcher(all, config)
        .default_backoff()
        .applied_objects()
        .try_filter_map(|object| async move { Ok(wanted(&object).map(|status| (object.metadata, status))) });
    due.for_each_concurrent(AT_A_TIME, |due| {
        let (client, resource) = (client.clone(), resource.clone());
        async move {
            // A watch that broke goes on by itself.
            let Ok((meta, status)) = due else { return };
            let (namespace, name) = (meta.namespace.unwrap(), meta.name.unwrap());
            let api: Api<DynamicObject> = Api::namespaced_with(client, &namespace, &resource);
            let patch = Patch::Merge(json!({"status": status}));
            api.patch_status(&name, &PatchParams::default(), &patch).await.ok();
        }
    })
    .await;
}

fn pods(object: &DynamicObject) -> Option<Value> {
    let replicas = object.data["spec"]["replicas"].as_i64().unwrap_or(1);
    let status = &object.data["status"];
    let up = status["observedGeneration"] == json!(object.metadata.generation)
        && status["readyReplicas"].as_i64().unwrap_or(0) == replicas;
    (!up).then(|| {
        json!({
            "observedGeneration": object.metadata.generation, "replicas": replicas, "updatedReplicas": replicas,
            "readyReplicas": replicas, "availableReplicas": replicas,
        })
    })
}

fn completion(object: &DynamicObject) -> Option<Value> {
    let now = Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    let condition = |kind: &str| json!({"type": kind, "status": "True", "lastTransitionTime": now});
    object.data["status"]["conditions"].is_null().then(|| {
        json!({
            "startTime": now, "completionTime": now, "succeeded": 1,
            "uncountedTerminatedPods": {},
            "conditions": [condition("SuccessCriteriaMet"), condition("Complete")],
        })
    })
}
