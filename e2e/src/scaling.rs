//! Scaling as an SRE sees it: what the spec asks for, what status tells, and how to get back to where one was.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use contracts::Role;
use kube::ResourceExt;
use kube::api::DynamicObject;
use serde_json::{Value, json};

use crate::cluster::Kind;
use crate::kubectl::kubectl;
use crate::wait::{once, throughout, within};
use crate::{Cluster, Stack};

/// Annotations of Deployments that say what becomes of the number of pods.
pub const HOLD_UNTIL: &str = "ecommercestack.dev/hold-until";
pub const PAUSED: &str = "ecommercestack.dev/autoscaling-paused";
pub const PAUSED_REPLICAS: &str = "ecommercestack.dev/paused-replicas";

/// What the operator runs as.
const OPERATOR: (&str, &str) = ("ecommerce-system", "app.kubernetes.io/name=ecommerce-operator");
const OPERATORS: usize = 2;

/// A patch to `spec` under which no load changes a number of pods: stories that are not about scaling count on them.
pub fn unscaled() -> Value {
    let services: serde_json::Map<String, Value> = Role::ALL
        .iter()
        .map(|role| (role.name().to_owned(), json!({"scaling": null, "resources": null})))
        .collect();
    json!({"defaults": {"scaling": {"mode": "Fixed"}}, "services": services, "observability": null})
}

impl Stack {
    /// A merge patch to the `scaling` of a service.
    pub async fn scale(&self, role: Role, scaling: &Value) -> Result<()> {
        self.patch(&json!({"spec": {"services": {role.name(): {"scaling": scaling}}}})).await
    }

    /// What status says about the scaling of a service.
    pub async fn autoscaling(&self, role: Role) -> Result<Value> {
        let object = self.object().await?;
        let services = object.data["status"]["services"].as_array().cloned().unwrap_or_default();
        let row = services.into_iter().find(|service| service["name"] == role.name());
        Ok(row.with_context(|| format!("status has no row for {role}"))?["autoscaling"].clone())
    }

    /// Until status tells so.
    pub async fn told(&self, role: Role, field: &str, value: &str, at_most: Duration) -> Value {
        within(at_most, &format!("status says that {field} of {role} is {value}"), async || {
            let told = self.autoscaling(role).await?;
            once(told[field].as_str().unwrap_or_default() == value, told)
        })
        .await
    }

    /// So many are wanted, and ready.
    pub async fn has(&self, role: Role, count: i64, at_most: Duration) {
        within(at_most, &format!("{role} has {count} ready"), async || {
            let replicas = self.replicas_of(role.name()).await?;
            once((replicas.wanted, replicas.ready) == (count, count), replicas)
        })
        .await;
    }

    /// So many are wanted, for as long as this.
    pub async fn keeps(&self, role: Role, count: i64, lasting: Duration) -> Result<()> {
        throughout(lasting, async || {
            let wanted = self.replicas_of(role.name()).await?.wanted;
            ensure!(wanted == count, "{role} has {wanted}");
            Ok(())
        })
        .await
    }

    /// As people do it.
    pub async fn scale_by_hand(&self, role: Role, count: u32) -> Result<()> {
        let (name, count) = (self.part(role.name()), format!("--replicas={count}"));
        kubectl(&["-n", &self.namespace, "scale", "deployment", &name, &count]).await.map(drop)
    }

    /// Takes an annotation of the service's Deployment away where there is no value for it.
    pub async fn annotate(&self, role: Role, annotation: &str, value: Option<&str>) -> Result<()> {
        let patch = json!({"metadata": {"annotations": {annotation: value}}});
        self.cluster.patch(Kind::Deployment, &self.namespace, &self.part(role.name()), &patch).await
    }

    /// One pod of each of these and no load that changes it, whatever a story asked for.
    pub async fn unscale(&self, roles: &[Role]) -> Result<()> {
        for role in roles {
            let nothing = json!({role.name(): {"scaling": null, "resources": null}});
            self.patch(&json!({"spec": {"services": nothing}})).await?;
            for annotation in [HOLD_UNTIL, PAUSED, PAUSED_REPLICAS] {
                self.annotate(*role, annotation, None).await?;
            }
        }
        for role in roles {
            self.has(*role, 1, crate::SETTLED_WITHIN).await;
        }
        Ok(())
    }
}

impl Cluster {
    /// Kills the operators without warning, and lets nobody take its place.
    pub async fn kill_operator(&self) -> Result<()> {
        let (namespace, labels) = OPERATOR;
        self.set_operators(0).await?;
        let at_once = kube::api::DeleteParams::default().grace_period(0);
        for pod in self.list(Kind::Pod, namespace, labels).await? {
            let killed = self.api(Kind::Pod, namespace).delete(&pod.name_any(), &at_once).await;
            ensure!(matches!(&killed, Ok(_) | Err(kube::Error::Api(_))), "{killed:?}");
        }
        self.wait_for_operators(0).await;
        Ok(())
    }

    /// As many as the chart asks for.
    pub async fn start_operator(&self) -> Result<()> {
        self.set_operators(OPERATORS).await?;
        self.wait_for_operators(OPERATORS).await;
        Ok(())
    }

    async fn set_operators(&self, count: usize) -> Result<()> {
        let (namespace, labels) = OPERATOR;
        let patch = json!({"spec": {"replicas": count}});
        for deployment in self.list(Kind::Deployment, namespace, labels).await? {
            self.patch(Kind::Deployment, namespace, &deployment.name_any(), &patch).await?;
        }
        Ok(())
    }

    async fn wait_for_operators(&self, count: usize) {
        let (namespace, labels) = OPERATOR;
        within(Duration::from_secs(60), &format!("{count} operators run"), async || {
            let pods = self.list(Kind::Pod, namespace, labels).await?;
            let ready = |pod: &&DynamicObject| {
                let conditions = pod.data["status"]["conditions"].as_array().cloned().unwrap_or_default();
                conditions
                    .iter()
                    .any(|condition| condition["type"] == "Ready" && condition["status"] == "True")
            };
            let ready = pods.iter().filter(ready).count();
            once((pods.len(), ready) == (count, count), (pods.len(), ready))
        })
        .await;
    }
}
