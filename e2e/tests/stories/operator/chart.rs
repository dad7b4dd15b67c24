//! The chart: `helm test`, and the upgrade from the release before.

use std::path::PathBuf;
use std::process::Stdio;

use anyhow::{Context, Result, ensure};
use e2e::cluster::Kind;
use e2e::evidence::root;
use e2e::requests::while_asking;
use e2e::{SETTLED_WITHIN, Story, alone_in_the_cluster, beside_others};
use tokio::process::Command;

use super::NAMESPACE;

const RELEASE: &str = "ecommerce-operator";
const BEFORE: &str = "e2e/fixtures/charts/ecommerce-operator-0.1.0";
const NOW: &str = "charts/ecommerce-operator";
const DEFINITION: &str = "ecommercestacks.ecommercestack.dev";

async fn helm(arguments: &[&str]) -> Result<String> {
    let said = Command::new("helm")
        .args(["-n", NAMESPACE])
        .args(arguments)
        .current_dir(root())
        .stdin(Stdio::null())
        .output()
        .await
        .context("helm is not on PATH: . .run/env")?;
    ensure!(said.status.success(), "helm {}: {}", arguments.join(" "), String::from_utf8_lossy(&said.stderr));
    Ok(String::from_utf8(said.stdout)?)
}

#[test]
fn helm_test_finds_the_installation_sound() {
    beside_others("helm-test", async |_story| {
        let said = helm(&["test", RELEASE, "--timeout", "2m"]).await?;
        ensure!(said.contains("Succeeded"), "{said}");
        Ok(())
    });
}

/// The former release's chart is installed with its definition, its permissions and no operator, for its image is not kept; then
/// the upgrade brings the present ones. The shop must not notice either.
#[test]
fn an_upgrade_from_the_chart_before_brings_the_definition_and_leaves_the_shop_alone() {
    alone_in_the_cluster("chart-upgrade", async |story| {
        let values = values().await?;
        let given = ["--values", values.to_str().context("the path is text")?];
        let told = while_asking(&story.people, async || upgraded(&story, &given).await).await;
        // Whatever happened, the others need the operator.
        helm(
            &[&["upgrade", RELEASE, NOW, "--reset-values", "--wait", "--timeout", "2m"], &given[..]].concat(),
        )
        .await?;
        std::fs::remove_file(values)?;
        told
    });
}

async fn upgraded(story: &Story, given: &[&str]) -> Result<()> {
    let (pods, generation) =
        (story.stack.running_uids().await?, story.stack.object().await?.metadata.generation);
    let off = ["--reset-values", "--set", "replicas=0", "--wait", "--timeout", "2m"];
    helm(&[&["upgrade", RELEASE, BEFORE], &off[..], given].concat()).await?;
    ensure!(!knows_versions(story).await?, "the former definition is in force");

    helm(&[&["upgrade", RELEASE, NOW, "--reset-values", "--wait", "--timeout", "2m"], given].concat())
        .await?;
    ensure!(knows_versions(story).await?, "the definition is upgraded with the chart");
    story.stack.wait_until_settled(SETTLED_WITHIN).await;
    let said = helm(&["test", RELEASE, "--timeout", "2m"]).await?;
    ensure!(said.contains("Succeeded"), "{said}");

    ensure!(story.stack.object().await?.metadata.generation == generation, "nobody changed the spec");
    ensure!(story.stack.running_uids().await? == pods, "no pod was replaced");
    Ok(())
}

/// Which the former definition does not.
async fn knows_versions(story: &Story) -> Result<bool> {
    let definition = story.cluster.get(Kind::ResourceDefinition, "", DEFINITION).await?;
    let schema = &definition.data["spec"]["versions"][0]["schema"]["openAPIV3Schema"];
    Ok(schema["properties"]["spec"]["properties"]["version"].is_object())
}

/// A file with the values that the present release was given.
async fn values() -> Result<PathBuf> {
    let file = std::env::temp_dir().join(format!("values-{}.json", std::process::id()));
    std::fs::write(&file, helm(&["get", "values", RELEASE, "-o", "json"]).await?)?;
    Ok(file)
}
