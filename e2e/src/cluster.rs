//! The API server as the stories see it: objects of any kind as JSON, and its metrics.

use std::sync::Once;

use anyhow::{Context, Result};
use kube::api::{
    ApiResource, DeleteParams, DynamicObject, GetParams, ListParams, Patch, PatchParams, PostParams,
};
use kube::core::{GroupVersionKind, Request};
use kube::{Api, Client, ResourceExt};
use serde_json::Value;

use crate::metrics::Samples;

#[derive(Clone)]
pub struct Cluster {
    client: Client,
}

/// A kind of object, by what kubectl calls it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Stack,
    Pod,
    Deployment,
    StatefulSet,
    Service,
    Secret,
    Ingress,
    Namespace,
    VolumeClaim,
    StorageClass,
    NetworkPolicy,
    ConfigMap,
    Autoscaler,
    Event,
    ScaledObject,
    PodMonitor,
    ResourceDefinition,
    Lease,
    Budget,
    PostgresCluster,
}

impl Kind {
    fn resource(self) -> ApiResource {
        let (group, version, kind, plural) = match self {
            Self::Stack => ("ecommercestack.dev", "v1alpha1", "EcommerceStack", "ecommercestacks"),
            Self::Pod => ("", "v1", "Pod", "pods"),
            Self::Deployment => ("apps", "v1", "Deployment", "deployments"),
            Self::StatefulSet => ("apps", "v1", "StatefulSet", "statefulsets"),
            Self::Service => ("", "v1", "Service", "services"),
            Self::Secret => ("", "v1", "Secret", "secrets"),
            Self::Ingress => ("networking.k8s.io", "v1", "Ingress", "ingresses"),
            Self::Namespace => ("", "v1", "Namespace", "namespaces"),
            Self::NetworkPolicy => ("networking.k8s.io", "v1", "NetworkPolicy", "networkpolicies"),
            Self::ConfigMap => ("", "v1", "ConfigMap", "configmaps"),
            Self::Autoscaler => ("autoscaling", "v2", "HorizontalPodAutoscaler", "horizontalpodautoscalers"),
            Self::Event => ("", "v1", "Event", "events"),
            Self::ScaledObject => ("keda.sh", "v1alpha1", "ScaledObject", "scaledobjects"),
            Self::PodMonitor => ("monitoring.coreos.com", "v1", "PodMonitor", "podmonitors"),
            Self::ResourceDefinition => {
                ("apiextensions.k8s.io", "v1", "CustomResourceDefinition", "customresourcedefinitions")
            }
            Self::Lease => ("coordination.k8s.io", "v1", "Lease", "leases"),
            Self::Budget => ("policy", "v1", "PodDisruptionBudget", "poddisruptionbudgets"),
            Self::PostgresCluster => ("postgresql.cnpg.io", "v1", "Cluster", "clusters"),
            Self::StorageClass => ("storage.k8s.io", "v1", "StorageClass", "storageclasses"),
            Self::VolumeClaim => ("", "v1", "PersistentVolumeClaim", "persistentvolumeclaims"),
        };
        ApiResource::from_gvk_with_plural(&GroupVersionKind::gvk(group, version, kind), plural)
    }
}

static CRYPTO: Once = Once::new();

/// TLS needs a provider, once per process.
pub fn install_crypto() {
    CRYPTO.call_once(|| {
        rustls::crypto::aws_lc_rs::default_provider().install_default().expect("nothing else installs one");
    });
}

impl Cluster {
    /// The one of `KUBECONFIG`.
    pub async fn connect() -> Result<Self> {
        install_crypto();
        let client = Client::try_default().await.context("no cluster: make up, then . .run/env")?;
        Ok(Self { client })
    }

    pub fn api(&self, kind: Kind, namespace: &str) -> Api<DynamicObject> {
        match kind {
            Kind::Namespace | Kind::ResourceDefinition | Kind::StorageClass => {
                Api::all_with(self.client.clone(), &kind.resource())
            }
            _ => Api::namespaced_with(self.client.clone(), namespace, &kind.resource()),
        }
    }

    pub async fn get(&self, kind: Kind, namespace: &str, name: &str) -> Result<DynamicObject> {
        self.api(kind, namespace).get(name).await.with_context(|| format!("{kind:?} {namespace}/{name}"))
    }

    pub async fn list(&self, kind: Kind, namespace: &str, labels: &str) -> Result<Vec<DynamicObject>> {
        let listed = self.api(kind, namespace).list(&ListParams::default().labels(labels)).await?;
        Ok(listed.items)
    }

    pub async fn create(&self, kind: Kind, namespace: &str, object: Value) -> Result<()> {
        let object: DynamicObject = serde_json::from_value(object)?;
        self.api(kind, namespace).create(&PostParams::default(), &object).await?;
        Ok(())
    }

    /// A merge patch, as `kubectl patch --type merge` sends it.
    pub async fn patch(&self, kind: Kind, namespace: &str, name: &str, patch: &Value) -> Result<()> {
        let sent = self.api(kind, namespace).patch(name, &PatchParams::default(), &Patch::Merge(patch)).await;
        sent.map(drop).with_context(|| format!("patch {kind:?} {namespace}/{name}"))
    }

    /// Deleted, or gone already.
    pub async fn delete(&self, kind: Kind, namespace: &str, name: &str) -> Result<()> {
        match self.api(kind, namespace).delete(name, &DeleteParams::default()).await {
            Err(kube::Error::Api(status)) if status.is_not_found() => Ok(()),
            other => other.map(drop).with_context(|| format!("delete {kind:?} {namespace}/{name}")),
        }
    }

    pub async fn exists(&self, kind: Kind, namespace: &str, name: &str) -> Result<bool> {
        Ok(self.api(kind, namespace).get_opt(name).await?.is_some())
    }

    /// What the API server counts.
    pub async fn metrics(&self) -> Result<Samples> {
        self.scrape("").await
    }

    /// What the leading operator counts, through the API server.
    pub async fn operator_metrics(&self) -> Result<Samples> {
        let namespace = "ecommerce-system";
        let pod = self.get(Kind::Pod, namespace, &self.leader().await?).await?;
        let ports = pod.data["spec"]["containers"][0]["ports"].as_array().cloned().unwrap_or_default();
        let port = ports.iter().find_map(|port| port["containerPort"].as_u64()).unwrap_or(8080);
        let path = format!("/api/v1/namespaces/{namespace}/pods/{}:{port}/proxy", pod.name_any());
        self.scrape(&path).await
    }

    /// The pod of the operator that holds the Lease.
    pub async fn leader(&self) -> Result<String> {
        let lease = self.get(Kind::Lease, "ecommerce-system", "ecommerce-operator").await?;
        let holder = lease.data["spec"]["holderIdentity"].as_str().unwrap_or_default();
        // The pod's name, and what tells its containers apart.
        let (pod, _) = holder.rsplit_once('_').context("nobody holds the Lease")?;
        Ok(pod.to_owned())
    }

    async fn scrape(&self, below: &str) -> Result<Samples> {
        let request = Request::new(below).get("metrics", &GetParams::default())?;
        let page = self.client.request_text(request).await.with_context(|| format!("{below}/metrics"))?;
        Ok(Samples::parse(&page))
    }
}
