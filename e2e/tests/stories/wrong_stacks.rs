//! Stacks that can't be: refused where they are applied, or visibly waiting for what they miss.

use std::time::Duration;

use anyhow::ensure;
use e2e::cluster::Kind;
use e2e::kubectl::{kubectl, try_kubectl};
use e2e::{SETTLED_WITHIN, alone, beside_others, within};
use operator_api::{ConditionType, Reason};
use serde_json::json;

fn stack(spec: &str) -> String {
    format!(
        "apiVersion: ecommercestack.dev/v1alpha1\nkind: EcommerceStack\n\
         metadata: {{name: wrong, namespace: default}}\nspec: {spec}\n"
    )
}

#[test]
fn a_wrong_field_is_refused_with_its_path() {
    let wrong = [
        ("{services: {catalog: {scaling: {replicas: -1}}}}", "spec.services.catalog.scaling.replicas"),
        ("{services: {catalog: {scaling: {min: 3, max: 2}}}}", "spec.services.catalog.scaling.max"),
        (
            "{services: {catalog: {scaling: {metrics: [{name: a, preset: Luck, target: '1'}]}}}}",
            "spec.services.catalog.scaling.metrics[0].preset",
        ),
        (
            "{services: {catalog: {scaling: {metrics: [{name: a, preset: Cpu, query: up, target: '1'}]}}}}",
            "spec.services.catalog.scaling.metrics[0].preset",
        ),
        ("{services: {catalogue: {}}}", "spec.services.catalogue"),
        ("{database: {mode: Oracle}}", "spec.database.mode"),
        ("{deletionPolicy: Maybe}", "spec.deletionPolicy"),
        ("{exposure: {hosts: ['no spaces, please']}}", "spec.exposure.hosts"),
        ("{exposure: {type: None, tls: {secretName: x}}}", "spec.exposure.tls"),
        ("{services: {gateway: {enabled: false}}}", "spec.services.gateway.enabled"),
        (
            "{services: {users: {resources: {requests: {cpu: '2'}, limits: {cpu: 100m}}}}}",
            "spec.services.users.resources.requests.cpu",
        ),
    ];
    beside_others("wrong-field", async |_story| {
        for (spec, path) in wrong {
            let said = try_kubectl(&["apply", "--dry-run=server", "-f", "-"], &stack(spec)).await?;
            ensure!(!said.succeeded, "{spec} was accepted");
            ensure!(said.err.contains(path), "{spec}: `{path}` is not named: {}", said.err);
        }
        Ok(())
    });
}

#[test]
fn every_sample_is_accepted() {
    beside_others("samples", async |_story| {
        let samples = e2e::evidence::root().join("manifests/samples");
        let mut applied = 0;
        for sample in std::fs::read_dir(samples)? {
            let path = sample?.path();
            let name = path.to_str().unwrap_or_default();
            kubectl(&["apply", "--dry-run=server", "-f", name]).await?;
            applied += 1;
        }
        ensure!(applied > 0, "there are no samples");
        Ok(())
    });
}

#[test]
fn a_missing_secret_is_named_and_the_stack_recovers_when_it_appears() {
    const SECRET: &str = "story-certificate";
    let at_most = Duration::from_secs(30);
    alone("missing-secret", async |story| {
        let (stack, cluster) = (&story.stack, &story.cluster);
        cluster.delete(Kind::Secret, &stack.namespace, SECRET).await?;

        stack.patch(&json!({"spec": {"exposure": {"tls": {"secretName": SECRET}}}})).await?;
        let degraded = stack.wait_for(ConditionType::Degraded, "True", at_most).await;
        assert_eq!(degraded.reason, Reason::MissingReference.name());
        assert!(degraded.message.contains(SECRET), "{}", degraded.message);
        assert!(degraded.message.contains("spec.exposure.tls.secretName"), "{}", degraded.message);
        story.people.shop.products(1, None).await?; // it sells on meanwhile

        cluster.create(Kind::Secret, &stack.namespace, certificate(SECRET)).await?;
        stack.wait_for(ConditionType::Degraded, "False", at_most).await;
        stack.wait_for(ConditionType::Ready, "True", at_most).await;
        within(at_most, "the Ingress has the certificate", async || {
            let ingress = cluster.get(Kind::Ingress, &stack.namespace, &stack.part("gateway")).await?;
            e2e::wait::once(ingress.data["spec"]["tls"][0]["secretName"] == SECRET, ingress.data)
        })
        .await;

        stack.patch(&json!({"spec": {"exposure": {"tls": null}}})).await?;
        stack.wait_until_settled(SETTLED_WITHIN).await;
        cluster.delete(Kind::Secret, &stack.namespace, SECRET).await
    });
}

/// Nobody connects with it: what matters is that it is there.
fn certificate(name: &str) -> serde_json::Value {
    json!({
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": name},
        "type": "kubernetes.io/tls",
        "stringData": {"tls.crt": "", "tls.key": ""},
    })
}
