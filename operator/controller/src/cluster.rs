//! The requests that a pass makes, each as one call. Objects travel as plain JSON: what was wanted is compared with
//! what is there, and neither has to pass through a type that may not know all of its fields.

use kube::api::{DeleteParams, DynamicObject, ListParams, Patch, PatchParams, PostParams, Preconditions};
use kube::core::{ApiResource, Request};
use kube::{Client, Resource};
use operator_api::{EcommerceStack, MANAGER};
use operator_desired::{Kind, Manifest, Offers};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::client;
use crate::live::{Item, Items, Live, LiveObject};
use crate::sightings::Sightings;
use crate::stack_key::StackKey;

pub const SCALER: &str = "ecommerce-operator-scaler";
pub const REPAIR: &str = "ecommerce-operator-repair";
pub const STATUS: &str = "ecommerce-operator-status";

pub type Outcome<T> = Result<T, kube::Error>;

#[derive(Clone)]
pub struct Cluster {
    client: Client,
    sightings: Sightings,
}

#[derive(Deserialize)]
struct Labelled {
    items: Vec<Value>,
}

impl Cluster {
    pub fn new(client: Client) -> Self {
        Self { client, sightings: Sightings::default() }
    }

    /// What the watches of children are to tell.
    pub fn sightings(&self) -> &Sightings {
        &self.sightings
    }

    /// The stack as it is now, not as some cache remembers it.
    pub async fn stack(&self, key: &StackKey) -> Outcome<Option<Value>> {
        let request = Request::new(EcommerceStack::url_path(&(), Some(&key.namespace)));
        self.found(request.get(&key.name, &kube::api::GetParams::default())).await
    }

    /// All objects that carry the stack's labels, of the kinds that the cluster knows and that it may have any of.
    pub async fn children(&self, key: &StackKey, offers: Offers) -> Outcome<Live> {
        let selector =
            format!("app.kubernetes.io/managed-by={MANAGER},app.kubernetes.io/instance={}", key.name);
        let mut live = Live::default();
        let possible = |kind: &&'static Kind| offers.knows(kind) && self.sightings.possible(kind, key);
        for kind in Manifest::KINDS.iter().filter(possible) {
            let list = path(kind, &key.namespace).list(&ListParams::default().labels(&selector));
            let found: Items = self.send(list).await?;
            found.items.into_iter().for_each(|item| live.insert(LiveObject::new(kind, item)));
        }
        Ok(live)
    }

    pub async fn get(&self, kind: &'static Kind, namespace: &str, name: &str) -> Outcome<Option<LiveObject>> {
        let found = self.found(path(kind, namespace).get(name, &kube::api::GetParams::default())).await?;
        Ok(found.map(|item| LiveObject::new(kind, item)))
    }

    /// Whether there is a Secret of this name. Only its metadata travels: it is not ours to read.
    pub async fn secret_exists(&self, namespace: &str, name: &str) -> Outcome<bool> {
        let api = kube::Api::<k8s_openapi::api::core::v1::Secret>::namespaced(self.client.clone(), namespace);
        Ok(api.get_metadata_opt(name).await?.is_some())
    }

    pub async fn pods(&self, key: &StackKey) -> Outcome<Vec<Value>> {
        self.labelled(format!("/api/v1/namespaces/{}/pods", key.namespace), key).await
    }

    pub async fn replica_sets(&self, key: &StackKey) -> Outcome<Vec<Value>> {
        self.labelled(format!("/apis/apps/v1/namespaces/{}/replicasets", key.namespace), key).await
    }

    async fn labelled(&self, path: String, key: &StackKey) -> Outcome<Vec<Value>> {
        let selector =
            format!("app.kubernetes.io/managed-by={MANAGER},app.kubernetes.io/instance={}", key.name);
        let list = Request::new(path).list(&ListParams::default().labels(&selector));
        let found: Labelled = self.send(list).await?;
        Ok(found.items)
    }

    /// Fails with 409 where the object exists already.
    pub async fn create(&self, kind: &'static Kind, namespace: &str, value: &Value) -> Outcome<LiveObject> {
        let body = serde_json::to_vec(value).map_err(kube::Error::SerdeError)?;
        let params = PostParams { field_manager: Some(MANAGER.to_owned()), ..PostParams::default() };
        let created = self.send(path(kind, namespace).create(&params, body)).await?;
        Ok(self.written(kind, namespace, created))
    }

    /// Merges it into what is there; fails with 409 where that is no longer of the version that `patch` names.
    pub async fn merge(
        &self,
        kind: &'static Kind,
        namespace: &str,
        name: &str,
        patch: &Value,
    ) -> Outcome<LiveObject> {
        let params = PatchParams { field_manager: Some(MANAGER.to_owned()), ..PatchParams::default() };
        let merged = self.send(path(kind, namespace).patch(name, &params, &Patch::Merge(patch))).await?;
        Ok(LiveObject::new(kind, merged))
    }

    /// Server-side apply, taking our fields back from whoever wrote them.
    pub async fn apply(&self, kind: &'static Kind, namespace: &str, value: &Value) -> Outcome<LiveObject> {
        self.apply_as(&PatchParams::apply(MANAGER).force(), kind, namespace, value).await
    }

    /// Server-side apply that fails with 409 where another manager owns one of the fields with another value.
    pub async fn apply_politely(
        &self,
        manager: &str,
        kind: &'static Kind,
        namespace: &str,
        value: &Value,
    ) -> Outcome<LiveObject> {
        self.apply_as(&PatchParams::apply(manager), kind, namespace, value).await
    }

    async fn apply_as(
        &self,
        params: &PatchParams,
        kind: &'static Kind,
        namespace: &str,
        value: &Value,
    ) -> Outcome<LiveObject> {
        let name = value["metadata"]["name"].as_str().unwrap_or_default();
        let applied = self.send(path(kind, namespace).patch(name, params, &Patch::Apply(value))).await?;
        Ok(self.written(kind, namespace, applied))
    }

    fn written(&self, kind: &'static Kind, namespace: &str, item: Item) -> LiveObject {
        let object = LiveObject::new(kind, item);
        if let Some(stack) = object.instance() {
            self.sightings.note(kind, &StackKey::new(namespace, stack), object.name());
        }
        object
    }

    /// Replaces each list in `lists` as a whole, whoever owns its elements.
    pub async fn replace_lists(
        &self,
        kind: &'static Kind,
        namespace: &str,
        name: &str,
        lists: &Value,
    ) -> Outcome<LiveObject> {
        let params = PatchParams { field_manager: Some(REPAIR.to_owned()), ..PatchParams::default() };
        let replaced = self.send(path(kind, namespace).patch(name, &params, &Patch::Merge(lists))).await?;
        Ok(LiveObject::new(kind, replaced))
    }

    /// Writes the number of pods where `kubectl scale` and autoscalers write it, unless somebody was faster: then it fails
    /// with 422. Returns the Deployment's new version.
    pub async fn scale(&self, namespace: &str, name: &str, from: (u32, &str), to: u32) -> Outcome<String> {
        let (replicas, version) = from;
        // A scale of zero has no such field, so there nothing else can be held against what was seen.
        let test = match replicas {
            0 => json!({"op": "test", "path": "/metadata/resourceVersion", "value": version}),
            _ => json!({"op": "test", "path": "/spec/replicas", "value": replicas}),
        };
        let operations = json!([test, {"op": "add", "path": "/spec/replicas", "value": to}]);
        let patch: Patch<()> =
            Patch::Json(serde_json::from_value(operations).map_err(kube::Error::SerdeError)?);
        let request =
            path(Kind::named("Deployment"), namespace).patch_subresource("scale", name, &scaler(), &patch);
        Ok(version_of(&self.send(request).await?))
    }

    /// Sets or removes an annotation of this very Deployment. Returns its new version.
    pub async fn annotate(
        &self,
        namespace: &str,
        (name, uid): (&str, &str),
        annotation: &str,
        value: Option<&str>,
    ) -> Outcome<String> {
        let patch = Patch::Merge(json!({"metadata": {"uid": uid, "annotations": {annotation: value}}}));
        let request = path(Kind::named("Deployment"), namespace).patch_metadata(name, &scaler(), &patch);
        Ok(version_of(&self.send(request).await?))
    }

    /// Deletes exactly this object, not one that has taken its name since. Gone already is as good.
    pub async fn delete(&self, namespace: &str, object: &LiveObject) -> Outcome<()> {
        let this_one = Preconditions { uid: Some(object.uid().to_owned()), resource_version: None };
        let params = DeleteParams::background().preconditions(this_one);
        match self.send::<Value>(path(object.kind, namespace).delete(object.name(), &params)).await {
            Err(error) if client::answered(&error, 404) || client::answered(&error, 409) => Ok(()),
            outcome => outcome.map(drop),
        }
    }

    /// Deletes this very pod, in the time that it asks for. Gone already is as good.
    pub async fn delete_pod(&self, namespace: &str, name: &str, uid: &str) -> Outcome<()> {
        let pods = Request::new(format!("/api/v1/namespaces/{namespace}/pods"));
        let this_one = Preconditions { uid: Some(uid.to_owned()), resource_version: None };
        let params = DeleteParams::default().preconditions(this_one);
        match self.send::<Value>(pods.delete(name, &params)).await {
            Err(error) if client::answered(&error, 404) || client::answered(&error, 409) => Ok(()),
            outcome => outcome.map(drop),
        }
    }

    /// The uid makes it fail with 409 when the stack was deleted and created anew since.
    pub async fn apply_status(&self, key: &StackKey, uid: &str, status: &Value) -> Outcome<()> {
        let body = json!({
            "apiVersion": EcommerceStack::api_version(&()),
            "kind": EcommerceStack::kind(&()),
            "metadata": {"name": key.name, "namespace": key.namespace, "uid": uid},
            "status": status,
        });
        let request = Request::new(EcommerceStack::url_path(&(), Some(&key.namespace)));
        let params = PatchParams::apply(STATUS).force();
        self.send::<Value>(request.patch_subresource("status", &key.name, &params, &Patch::Apply(body)))
            .await
            .map(drop)
    }

    async fn found<T: DeserializeOwned>(&self, request: Built) -> Outcome<Option<T>> {
        match self.send(request).await {
            Err(error) if client::answered(&error, 404) => Ok(None),
            outcome => outcome.map(Some),
        }
    }

    async fn send<T: DeserializeOwned>(&self, request: Built) -> Outcome<T> {
        self.client.request(request.map_err(kube::Error::BuildRequest)?).await
    }
}

type Built = Result<hyper::Request<Vec<u8>>, kube::core::request::Error>;

/// The kind as the client library knows it.
pub fn resource(kind: &Kind) -> ApiResource {
    ApiResource {
        group: kind.group.to_owned(),
        version: kind.version.to_owned(),
        api_version: kind.api_version(),
        kind: kind.kind.to_owned(),
        plural: kind.plural.to_owned(),
    }
}

fn scaler() -> PatchParams {
    PatchParams { field_manager: Some(SCALER.to_owned()), ..PatchParams::default() }
}

fn version_of(value: &Value) -> String {
    value["metadata"]["resourceVersion"].as_str().unwrap_or_default().to_owned()
}

fn path(kind: &Kind, namespace: &str) -> Request {
    Request::new(DynamicObject::url_path(&resource(kind), Some(namespace)))
}
