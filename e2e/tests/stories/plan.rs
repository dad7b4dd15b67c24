//! `ecommerce-operator plan` on a real cluster: it says what a change would do, and does nothing.

use anyhow::{Context, Result, ensure};
use e2e::cluster::Kind;
use e2e::programs::operator_with;
use e2e::{Story, alone};
use kube::ResourceExt;
use serde_json::{Value, json};

#[test]
fn a_plan_tells_diff_restarts_and_migrations_and_changes_nothing() {
    alone("plan", async |story| {
        let before = versions(&story).await?;
        let same = plan(&story, &json!({})).await?;
        ensure!(same.contains("\n0 to create, 0 to change, 0 to delete, "), "{same}");

        let image = "docker.io/ecommercestack/shop:of-next-year";
        tells(
            &plan(&story, &json!({"services": {"catalog": {"image": image}}})).await?,
            &[
                "+ Job shop-migrate-catalog-",
                "~ Deployment shop-catalog  (its pods start anew)\n",
                &format!("-> {image}\n"),
                "1. migrate: shop-migrate-catalog-",
                "2. roll out: catalog\n",
            ],
            &["Deployment shop-orders"],
        )?;
        tells(
            &plan(
                &story,
                &json!({"services": {"catalog": {"scaling": {"mode": "Native", "min": 2, "max": 4}}}}),
            )
            .await?,
            &["+ PodDisruptionBudget shop-catalog\n"],
            &["start anew", "migrate"],
        )?;
        tells(
            &plan(&story, &json!({"messaging": {"embedded": {"replicas": 3}}})).await?,
            &[
                "+ PersistentVolumeClaim data-shop-rabbitmq-2\n",
                "~ StatefulSet shop-rabbitmq\n",
                "spec.replicas: 1 -> 3\n",
            ],
            &["start anew", "migrate"],
        )?;
        ensure!(versions(&story).await? == before, "something was written");
        Ok(())
    });
}

fn tells(plan: &str, lines: &[&str], not: &[&str]) -> Result<()> {
    for line in lines {
        ensure!(plan.contains(line), "`{line}` is not in:\n{plan}");
    }
    for line in not {
        ensure!(!plan.contains(line), "`{line}` is in:\n{plan}");
    }
    Ok(())
}

/// Of the sample with this over its spec, by an operator that knows the images of the one in the cluster.
async fn plan(story: &Story, change: &Value) -> Result<String> {
    let live = story.stack.object().await?;
    let mut spec = live.data["spec"].clone();
    e2e::guests::put_over(&mut spec, change);
    let metadata = json!({"name": live.name_any(), "namespace": live.namespace()});
    let types = live.types.context("it has a kind")?;
    let stack = json!({
        "apiVersion": types.api_version, "kind": types.kind, "metadata": metadata, "spec": spec,
    });
    operator_with(&images(story).await?, &["plan"], &stack).await
}

async fn images(story: &Story) -> Result<Vec<(String, String)>> {
    let deployment = story.cluster.get(Kind::Deployment, "ecommerce-system", "ecommerce-operator").await?;
    let container = &deployment.data["spec"]["template"]["spec"]["containers"][0];
    let variables = container["env"].as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let images = variables.iter().filter(|one| text(&one["name"]).ends_with("_IMAGE"));
    Ok(images.map(|one| (text(&one["name"]), text(&one["value"]))).collect())
}

/// Whatever is written changes one of them.
async fn versions(story: &Story) -> Result<Vec<String>> {
    let labels = format!("app.kubernetes.io/instance={}", story.stack.name);
    let mut versions = Vec::new();
    for kind in [Kind::StatefulSet, Kind::Deployment, Kind::Service, Kind::ConfigMap, Kind::VolumeClaim] {
        for object in story.cluster.list(kind, &story.stack.namespace, &labels).await? {
            let (generation, version) = (object.metadata.generation, object.resource_version());
            // Status of what runs pods moves by itself.
            let version = generation.map(|generation| generation.to_string()).or(version);
            versions.push(format!("{kind:?} {} {version:?}", object.name_any()));
        }
    }
    versions.push(format!("{:?}", story.stack.object().await?.metadata.generation));
    Ok(versions)
}
