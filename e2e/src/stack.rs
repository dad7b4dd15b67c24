//! One `EcommerceStack` and its parts, in words that users of it have.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use futures::future::try_join_all;
use kube::ResourceExt;
use kube::api::DynamicObject;
use operator_api::{ConditionType, Reason};
use serde_json::{Value, json};

use crate::cluster::{Cluster, Kind};
use crate::wait::{once, within};

const NOTICED_WITHIN: Duration = Duration::from_secs(30);

#[derive(Clone)]
pub struct Stack {
    pub cluster: Cluster,
    pub namespace: String,
    pub name: String,
}

/// A condition as status shows it.
#[derive(Clone, Debug)]
pub struct Condition {
    pub status: String,
    pub reason: String,
    pub message: String,
}

impl Stack {
    pub fn of(cluster: &Cluster, namespace: &str, name: &str) -> Self {
        Self { cluster: cluster.clone(), namespace: namespace.to_owned(), name: name.to_owned() }
    }

    /// The name of one of its objects: `orders`, `postgres`, ...
    pub fn part(&self, part: &str) -> String {
        format!("{}-{part}", self.name)
    }

    pub async fn object(&self) -> Result<DynamicObject> {
        self.cluster.get(Kind::Stack, &self.namespace, &self.name).await
    }

    pub async fn patch(&self, patch: &Value) -> Result<()> {
        self.cluster.patch(Kind::Stack, &self.namespace, &self.name, patch).await
    }

    /// As of the present generation; an error while the operator has not looked at it yet.
    pub async fn condition(&self, kind: ConditionType) -> Result<Condition> {
        let object = self.object().await?;
        let conditions = object.data["status"]["conditions"].as_array().cloned().unwrap_or_default();
        let found = conditions.into_iter().find(|condition| condition["type"] == kind.name());
        let found = found.with_context(|| format!("there is no condition {kind}"))?;
        ensure!(
            found["observedGeneration"].as_i64() == object.metadata.generation,
            "{kind} is about an earlier generation"
        );
        let text = |field: &str| found[field].as_str().unwrap_or_default().to_owned();
        Ok(Condition { status: text("status"), reason: text("reason"), message: text("message") })
    }

    pub async fn wait_for(&self, kind: ConditionType, status: &str, at_most: Duration) -> Condition {
        within(at_most, &format!("{kind} of {} is {status}", self.name), async || {
            let condition = self.condition(kind).await?;
            once(condition.status == status, condition)
        })
        .await
    }

    /// Ready for what was asked last, and nothing is still being rolled out.
    pub async fn wait_until_settled(&self, at_most: Duration) {
        within(at_most, &format!("{} has settled", self.name), async || {
            let (ready, progressing) = (
                self.condition(ConditionType::Ready).await?,
                self.condition(ConditionType::Progressing).await?,
            );
            let stable = ready.status == "True" && progressing.reason == Reason::Stable.name();
            once(stable, (ready, progressing))?;
            let deployments = self.deployments().await?;
            for deployment in &deployments {
                let status = &deployment.data["status"];
                let wanted = deployment.data["spec"]["replicas"].as_i64();
                // The API server leaves out what is none.
                let counts = |field: &str| Some(status[field].as_i64().unwrap_or_default()) == wanted;
                let rolled_out = status["observedGeneration"].as_i64() == deployment.metadata.generation
                    && ["updatedReplicas", "replicas", "availableReplicas"].into_iter().all(counts);
                once(rolled_out, (deployment.name_any(), status.clone()))?;
            }
            once(!deployments.is_empty(), "no deployments")
        })
        .await;
    }

    pub async fn deployments(&self) -> Result<Vec<DynamicObject>> {
        let labels = format!("app.kubernetes.io/instance={}", self.name);
        self.cluster.list(Kind::Deployment, &self.namespace, &labels).await
    }

    /// Without those that finish what they have begun, and go.
    pub async fn pods_of(&self, name: &str) -> Result<Vec<DynamicObject>> {
        let labels = format!("app.kubernetes.io/instance={},app.kubernetes.io/name={name}", self.name);
        let mut pods = self.cluster.list(Kind::Pod, &self.namespace, &labels).await?;
        // Pods of migrations carry the role's name too, and another component.
        pods.retain(|pod| {
            let component = pod.labels().get("app.kubernetes.io/component");
            component.is_none_or(|part| part != "migration") && !is_going(pod)
        });
        Ok(pods)
    }

    /// Their uids: others when they were replaced, even under the same name.
    pub async fn uids_of(&self, name: &str) -> Result<BTreeSet<Option<String>>> {
        Ok(self.pods_of(name).await?.iter().map(ResourceExt::uid).collect())
    }

    /// Of all pods that run and are not going: those of Jobs may be cleaned away at any time.
    pub async fn running_uids(&self) -> Result<BTreeSet<Option<String>>> {
        let labels = format!("app.kubernetes.io/instance={}", self.name);
        let mut pods = self.cluster.list(Kind::Pod, &self.namespace, &labels).await?;
        pods.retain(|pod| pod.data["status"]["phase"] == "Running" && !is_going(pod));
        Ok(pods.iter().map(ResourceExt::uid).collect())
    }

    /// How often containers of pods that are there now have ended; those that never did are left out, and those that the node
    /// could not start at first, as happens to a busy one.
    pub async fn restarts(&self) -> Result<BTreeMap<String, i64>> {
        let labels = format!("app.kubernetes.io/instance={}", self.name);
        let mut pods = self.cluster.list(Kind::Pod, &self.namespace, &labels).await?;
        pods.retain(|pod| !is_going(pod));
        let count = |pod: &DynamicObject| {
            let containers = pod.data["status"]["containerStatuses"].as_array().cloned().unwrap_or_default();
            let ended = |container: &Value| {
                let failed_to_start = container["lastState"]["terminated"]["reason"] == "StartError";
                container["restartCount"].as_i64().map(|count| count - i64::from(failed_to_start))
            };
            containers.iter().filter_map(ended).sum::<i64>()
        };
        Ok(pods.iter().map(|pod| (pod.name_any(), count(pod))).filter(|(_, count)| *count > 0).collect())
    }

    /// Kills without warning: no time to say goodbye. Returns the pods' names.
    pub async fn kill_pods_of(&self, name: &str) -> Result<Vec<String>> {
        let pods = self.pods_of(name).await?;
        ensure!(!pods.is_empty(), "there is no pod of {name}");
        let names: Vec<String> = pods.iter().map(ResourceExt::name_any).collect();
        let api = self.cluster.api(Kind::Pod, &self.namespace);
        let at_once = kube::api::DeleteParams::default().grace_period(0);
        try_join_all(names.iter().map(|name| api.delete(name, &at_once))).await?;
        Ok(names)
    }

    /// How long shoppers of this stack may cancel. Orders' pods are replaced when this changes it.
    pub async fn set_cancellation_window(&self, seconds: i64) -> Result<()> {
        let config = json!({"cancellationWindowSeconds": seconds});
        let now = self.object().await?.data["spec"]["services"]["orders"]["config"].clone();
        if now["cancellationWindowSeconds"] == config["cancellationWindowSeconds"] {
            return Ok(());
        }
        self.patch(&json!({"spec": {"services": {"orders": {"config": config}}}})).await
    }

    /// Takes its own network policies away: policies add up, so no other could cut what one of those lets through.
    pub async fn lay_open(&self) -> Result<()> {
        self.patch(&json!({"spec": {"security": {"networkPolicy": {"enabled": false}}}})).await?;
        let labels = format!("app.kubernetes.io/instance={}", self.name);
        within(NOTICED_WITHIN, "the stack has no policies", async || {
            let policies = self.cluster.list(Kind::NetworkPolicy, &self.namespace, &labels).await?;
            once(policies.is_empty(), policies.iter().map(ResourceExt::name_any).collect::<Vec<_>>())
        })
        .await;
        Ok(())
    }

    pub async fn close_again(&self) -> Result<()> {
        self.patch(&json!({"spec": {"security": {"networkPolicy": null}}})).await
    }

    /// Where nothing of it is left but volumes.
    pub async fn wait_until_gone(&self, at_most: Duration) {
        within(at_most, &format!("{} is gone", self.name), async || {
            let labels = format!("app.kubernetes.io/instance={}", self.name);
            ensure!(
                !self.cluster.exists(Kind::Stack, &self.namespace, &self.name).await?,
                "the object is there"
            );
            for kind in [Kind::Pod, Kind::Deployment, Kind::StatefulSet, Kind::Service, Kind::Ingress] {
                let left = self.cluster.list(kind, &self.namespace, &labels).await?;
                once(left.is_empty(), left.iter().map(ResourceExt::name_any).collect::<Vec<_>>())?;
            }
            Ok(())
        })
        .await;
    }
}

fn is_going(pod: &DynamicObject) -> bool {
    pod.metadata.deletion_timestamp.is_some()
}
