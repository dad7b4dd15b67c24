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

/// One of each kind of rule, and where the same rule holds in several places, one of those.
const WRONG: [(&str, &str); 42] = [
    ("{services: {catalog: {scaling: {replicas: -1}}}}", "spec.services.catalog.scaling.replicas"),
    ("{services: {catalog: {scaling: {min: 3, max: 2}}}}", "spec.services.catalog.scaling.max"),
    ("{services: {catalog: {scaling: {mode: HPA, min: 0}}}}", "spec.services.catalog.scaling.min"),
    ("{services: {orders: {scaling: {min: 0}}}}", "spec.services.orders.scaling.min"),
    (
        "{services: {catalog: {scaling: {min: 1, max: 2, onMissingMetrics: {then: Static, replicas: 9}}}}}",
        "spec.services.catalog.scaling.onMissingMetrics",
    ),
    (
        "{services: {catalog: {scaling: {metrics: [{name: a, preset: Luck, target: '1'}]}}}}",
        "spec.services.catalog.scaling.metrics[0].preset",
    ),
    (
        "{services: {catalog: {scaling: {metrics: [{name: a, preset: Cpu, query: up, target: '1'}]}}}}",
        "spec.services.catalog.scaling.metrics[0].preset",
    ),
    (
        "{services: {catalog: {scaling: {metrics: [{name: a, preset: Cpu, type: Value, target: '1'}]}}}}",
        "spec.services.catalog.scaling.metrics[0].type",
    ),
    (
        "{services: {catalog: {scaling: {metrics: [{name: A b, preset: Cpu, target: '1'}]}}}}",
        "spec.services.catalog.scaling.metrics[0].name",
    ),
    (
        "{services: {catalog: {scaling: {metrics: [{name: a, preset: Cpu, target: '0'}]}}}}",
        "spec.services.catalog.scaling.metrics[0].target",
    ),
    ("{services: {catalogue: {}}}", "spec.services.catalogue"),
    ("{services: {users: {enabled: false}}}", "spec.services.users.enabled"),
    ("{services: {gateway: {enabled: false}}}", "spec.services.gateway.enabled"),
    ("{services: {payments: {config: {provider: Stripe}}}}", "spec.services.payments.secretName"),
    (
        "{services: {users: {resources: {requests: {cpu: '2'}, limits: {cpu: 100m}}}}}",
        "spec.services.users.resources.requests.cpu",
    ),
    (
        "{defaults: {resources: {requests: {memory: 2Gi}, limits: {memory: 1Gi}}}}",
        "spec.defaults.resources.requests.memory",
    ),
    ("{defaults: {resources: {limits: {cpu: much}}}}", "spec.defaults.resources.limits.cpu"),
    ("{defaults: {podLabels: {app.kubernetes.io/name: mine}}}", "spec.defaults.podLabels"),
    ("{defaults: {image: {reference: 'Not An Image'}}}", "spec.defaults.image.reference"),
    ("{version: latest}", "spec.version"),
    ("{database: {mode: Oracle}}", "spec.database.mode"),
    ("{database: {mode: External}}", "spec.database.external"),
    ("{database: {embedded: {storage: {size: plenty}}}}", "spec.database.embedded.storage.size"),
    ("{database: {embedded: {backup: {schedule: daily}}}}", "spec.database.embedded.backup.schedule"),
    ("{database: {embedded: {backup: {keep: 0}}}}", "spec.database.embedded.backup.keep"),
    ("{database: {cloudNativePG: {instances: 0}}}", "spec.database.cloudNativePG.instances"),
    ("{database: {restoreFrom: {stack: old}}}", "spec.database.restoreFrom"),
    ("{messaging: {mode: External}}", "spec.messaging.external"),
    ("{messaging: {external: {secretName: broker}}}", "spec.messaging.external"),
    ("{messaging: {embedded: {replicas: 2}}}", "spec.messaging.embedded.replicas"),
    ("{messaging: {rabbitmqCluster: {replicas: 4}}}", "spec.messaging.rabbitmqCluster.replicas"),
    ("{exposure: {hosts: ['no spaces, please']}}", "spec.exposure.hosts"),
    ("{exposure: {type: None, tls: {secretName: x}}}", "spec.exposure.tls"),
    ("{exposure: {type: Gateway}}", "spec.exposure.gateway.parentRefs"),
    ("{exposure: {tls: {secretName: door, issuerRef: {name: ca}}}}", "spec.exposure.hosts"),
    ("{security: {mtls: {issuer: CertManager}}}", "spec.security.mtls.issuerRef"),
    ("{security: {mtls: {caHours: 24, leafHours: 48}}}", "spec.security.mtls.caHours"),
    ("{observability: {prometheus: {mode: External}}}", "spec.observability.prometheus.external"),
    ("{observability: {otlpEndpoint: 'collector.monitoring:4318'}}", "spec.observability.otlpEndpoint"),
    (
        "{operation: {maintenanceWindows: [{start: noon, durationMinutes: 60}]}}",
        "spec.operation.maintenanceWindows[0].start",
    ),
    (
        "{operation: {maintenanceWindows: [{start: '02:00', durationMinutes: 60, timeZone: here}]}}",
        "spec.operation.maintenanceWindows[0].timeZone",
    ),
    ("{deletionPolicy: Maybe}", "spec.deletionPolicy"),
];

#[test]
fn a_wrong_field_is_refused_with_its_path() {
    beside_others("wrong-field", async |_story| {
        for (spec, path) in WRONG {
            let said = try_kubectl(&["apply", "--dry-run=server", "-f", "-"], &stack(spec)).await?;
            ensure!(!said.succeeded, "{spec} was accepted");
            ensure!(said.err.contains(path), "{spec}: `{path}` is not named: {}", said.err);
        }
        Ok(())
    });
}

/// What may be there from the start, and never after.
const WRONG_NOW: [(&str, &str); 7] = [
    (
        r#"{"database": {"mode": "External", "external": {"secretName": "database"}}}"#,
        "set operation.migrateDatabase",
    ),
    (
        r#"{"database": {"restoreFrom": {"volumeClaim": "dumps"}}}"#,
        "a restore happens when a stack is created",
    ),
    (r#"{"database": {"embedded": {"storage": {"size": "1Mi"}}}}"#, "a volume can't shrink"),
    (r#"{"database": {"embedded": {"storage": {"className": "other"}}}}"#, "className can't change"),
    (r#"{"messaging": {"mode": "RabbitmqCluster"}}"#, "no message would move with it"),
    (r#"{"messaging": {"embedded": {"storage": {"size": "1Mi"}}}}"#, "a volume can't shrink"),
    (r#"{"messaging": {"rabbitmqCluster": {"replicas": 1}}}"#, "its share of every queue"),
];

#[test]
fn a_change_that_would_lose_data_is_refused_with_what_to_do() {
    beside_others("wrong-change", async |story| {
        let namespace = story.stack.namespace.as_str();
        for (spec, said_of_it) in WRONG_NOW {
            let patch = format!("{{\"spec\": {spec}}}");
            let patching = ["-n", namespace, "patch", "ecommercestack", &story.stack.name, "--type=merge"];
            let tried = ["--dry-run=server", "--patch", &patch];
            let said = try_kubectl(&[&patching[..], &tried].concat(), "").await?;
            ensure!(!said.succeeded, "{spec} was accepted");
            ensure!(said.err.contains(said_of_it), "{spec}: {}", said.err);
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
