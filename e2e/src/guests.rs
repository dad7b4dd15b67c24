//! Stacks that a story makes for itself, in a namespace of its own, beside the sample.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use futures::FutureExt;
use serde_json::{Value, json};
use shop_client::Shop;

use crate::cluster::{Cluster, Kind};
use crate::kubectl::{kubectl, try_kubectl};
use crate::people::People;
use crate::{Stack, evidence, shop_address};

/// Where they are.
#[derive(Clone)]
pub struct Guests {
    pub cluster: Cluster,
    pub namespace: String,
}

/// Everything in the namespace goes with it, however the story ended.
pub(crate) async fn in_a_namespace(
    cluster: &Cluster,
    name: &str,
    story: impl AsyncFnOnce(Guests) -> Result<()>,
) -> Result<()> {
    let guests = Guests { cluster: cluster.clone(), namespace: name.to_owned() };
    guests.clear().await?;
    let labels = json!({"pod-security.kubernetes.io/enforce": "restricted"});
    let namespace =
        json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}});
    cluster.create(Kind::Namespace, "", namespace).await?;
    let told = AssertUnwindSafe(story(guests.clone())).catch_unwind().await;
    if !matches!(told, Ok(Ok(()))) {
        evidence::gather(&format!("{name}-guests"), name).await;
    }
    let cleared = guests.clear().await;
    match told {
        Ok(told) => told.and(cleared),
        Err(panic) => std::panic::resume_unwind(panic),
    }
}

impl Guests {
    /// A small stack; `spec` is put over what all of them have.
    pub async fn stack(&self, name: &str, spec: &Value) -> Result<Stack> {
        self.apply(&self.object(name, spec)).await?;
        Ok(Stack::of(&self.cluster, &self.namespace, name))
    }

    /// What [`Guests::stack`] applies.
    pub fn object(&self, name: &str, spec: &Value) -> Value {
        let mut all = json!({
            "deletionPolicy": "Delete",
            // There is little room beside the sample.
            "defaults": {"scaling": {"mode": "Fixed"}, "resources": {"requests": {"cpu": "5m"}}},
            "observability": {"prometheus": {"mode": "Disabled"}},
            "services": {"orders": {"config": {"cancellationWindowSeconds": 1}}},
            "exposure": {"hosts": [self.host(name)]},
        });
        put_over(&mut all, spec);
        let metadata = json!({"name": name, "namespace": self.namespace});
        let (version, kind) = ("ecommercestack.dev/v1alpha1", "EcommerceStack");
        json!({"apiVersion": version, "kind": kind, "metadata": metadata, "spec": all})
    }

    /// As a user does it: the API server says no, or has it.
    pub async fn apply(&self, object: &Value) -> Result<()> {
        let arguments = ["-n", &self.namespace, "apply", "--server-side", "--force-conflicts", "-f", "-"];
        let said = try_kubectl(&arguments, &object.to_string()).await?;
        ensure!(said.succeeded, "{}", said.err.trim());
        Ok(())
    }

    /// Who goes to the shop of this stack, through the same ingress as everyone.
    pub fn people_of(&self, stack: &Stack) -> Result<People> {
        let shop = shop_address().to_string();
        let port = shop.rsplit_once(':').map_or("80", |(_, port)| port);
        let address =
            format!("http://{}:{port}", self.host(&stack.name)).parse().context("our own address")?;
        Ok(People::of(Shop::at(address, Duration::from_secs(60))))
    }

    fn host(&self, stack: &str) -> String {
        format!("{stack}.{}.localhost", self.namespace)
    }

    /// With what an interrupted run left behind. Nobody has to say goodbye there, so pods are not given the time to.
    async fn clear(&self) -> Result<()> {
        let namespace = self.namespace.as_str();
        kubectl(&["delete", "namespace", namespace, "--ignore-not-found", "--wait=false"]).await?;
        let at_once = ["--all", "--force", "--grace-period=0", "--wait=false"];
        kubectl(&[&["-n", namespace, "delete", "pods"], &at_once[..]].concat()).await?;
        let (object, timeout) = (format!("namespace/{namespace}"), "--timeout=120s");
        kubectl(&["wait", "--for=delete", &object, timeout]).await.map(drop)
    }
}

/// Objects field by field, everything else as a whole.
pub fn put_over(base: &mut Value, patch: &Value) {
    match (base, patch) {
        (Value::Object(base), Value::Object(patch)) => {
            for (field, value) in patch {
                put_over(base.entry(field.clone()).or_insert(Value::Null), value);
            }
        }
        (base, patch) => *base = patch.clone(),
    }
}
