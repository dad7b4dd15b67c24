//! The pods of a role. Without `replicas`: the count belongs to whoever writes the scale subresource.

use std::collections::BTreeMap;

use contracts::Role;
use contracts::identity::Part;
use operator_api::ScalingMode;
use serde_json::{Value, json};

use crate::manifest::Replicas;
use crate::pod::{self, SHOP_UID};
use crate::{
    Component, Inputs, Manifest, ScalingPlan, ServicePlan, ValidatedStack, database, hash, messaging,
    metadata, names, overrides,
};

pub fn deployment(
    stack: &ValidatedStack,
    inputs: &Inputs,
    plan: &ServicePlan,
    secret: Option<&Manifest>,
) -> Manifest {
    let component = Component::Service(plan.role);
    let name = names::service(stack, plan.role);
    let mut template_metadata = json!({ "labels": metadata::pod_labels(stack, component) });
    if let Some(secret) = secret {
        template_metadata["annotations"] = json!({ hash::ANNOTATION: hash::short(&[secret.data()]) });
    }
    let mut spec = pod::spec(stack, &name, SHOP_UID, &container(stack, inputs, plan, secret));
    if plan.role.spec().owns_database {
        database::trust(stack, inputs, &mut spec);
    }
    // The pause before SIGTERM, the farewell, ten seconds for requests under way, and what the relay and consumers need to stop.
    spec["terminationGracePeriodSeconds"] = json!(40);
    messaging::trust(stack, inputs, &mut spec);
    pod::mount_certificate(stack, &mut spec, Part::Role(plan.role));
    spec["topologySpreadConstraints"] = spread(&metadata::selector(stack, component));
    let template = json!({ "metadata": template_metadata, "spec": spec });
    let template = match &plan.overrides {
        Some(overrides) => overrides::overlay(template, overrides),
        None => template,
    };

    let content = json!({
        "spec": {
            "selector": { "matchLabels": metadata::selector(stack, component) },
            // The old pods serve until new ones are ready.
            "strategy": { "type": "RollingUpdate", "rollingUpdate": { "maxSurge": 1, "maxUnavailable": 0 } },
            "progressDeadlineSeconds": 300,
            "revisionHistoryLimit": 3,
            "template": template,
        },
    });
    Manifest::new("Deployment", stack, component, name, content).with_replicas(replicas(&plan.scaling))
}

/// Over nodes and zones as far as there are any, so that the loss of one leaves the others. Counted among the pods of one rollout:
/// the old ones are about to go.
fn spread(selector: &Value) -> Value {
    let over = |key: &str| {
        json!({
            "topologyKey": key,
            "maxSkew": 1,
            "whenUnsatisfiable": "ScheduleAnyway",
            "labelSelector": { "matchLabels": selector },
            "matchLabelKeys": ["pod-template-hash"],
        })
    };
    json!([over("kubernetes.io/hostname"), over("topology.kubernetes.io/zone")])
}

fn replicas(scaling: &ScalingPlan) -> Replicas {
    // Whoever may sleep is up again with its first pod; whoever is to have none is up without.
    let least = if scaling.mode == ScalingMode::Fixed { scaling.initial } else { scaling.least().max(1) };
    Replicas { initial: scaling.initial, least }
}

fn container(
    stack: &ValidatedStack,
    inputs: &Inputs,
    plan: &ServicePlan,
    secret: Option<&Manifest>,
) -> Value {
    let role = plan.role;
    let image = plan.image.clone().unwrap_or_else(|| stack.image(&inputs.images));
    let mut container = pod::container(stack, role.name(), &image, plan.demand);
    container["command"] = json!(["/shop", "serve", role.name()]);
    container["env"] = environment(stack, plan)
        .iter()
        .map(|(name, value)| json!({ "name": name, "value": value }))
        .collect();
    // The stack's own comes last: nothing from outside goes before what the operator says.
    let secrets = plan.secret.as_deref().into_iter().chain(secret.map(Manifest::name));
    let sources: Vec<Value> = secrets.map(|name| json!({ "secretRef": { "name": name } })).collect();
    if !sources.is_empty() {
        container["envFrom"] = json!(sources);
    }
    container["ports"] = json!([
        pod::container_port("http", role.spec().port),
        pod::container_port("admin", role.spec().admin_port),
    ]);
    // Started means that database and broker were reached; to be restarted while they are away would help nobody.
    container["startupProbe"] = pod::admin_probe(stack, "/startupz", 1, 3600);
    container["readinessProbe"] = pod::admin_probe(stack, "/readyz", 5, 2);
    container["livenessProbe"] = pod::admin_probe(stack, "/livez", 10, 3);
    container["lifecycle"] = json!({ "preStop": { "sleep": { "seconds": unnoticed_seconds(plan.role) } } });
    container
}

/// Proxies need a moment to learn that the pod is going; until then it must answer. An ingress controller needs longer than the
/// node's own proxy: it gathers changes for seconds before it follows them.
fn unnoticed_seconds(role: Role) -> u32 {
    if role == Role::Gateway { 10 } else { 5 }
}

/// After that it is those who keep connections open that must learn it. Longer than the gateway keeps one that is idle.
const FAREWELL_SECONDS: u32 = 4;

/// What is not secret: where the others are, and settings.
fn environment(stack: &ValidatedStack, plan: &ServicePlan) -> BTreeMap<String, String> {
    let mut all: BTreeMap<String, String> =
        plan.environment.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    all.insert("LOG_FORMAT".to_owned(), "json".to_owned());
    all.insert("FAREWELL_SECONDS".to_owned(), FAREWELL_SECONDS.to_string());
    if stack.mtls {
        all.insert("TLS_DIR".to_owned(), pod::TLS_DIR.to_owned());
    }
    if let Some(collector) = &stack.observability.collector {
        all.insert("OTEL_EXPORTER_OTLP_ENDPOINT".to_owned(), collector.url.clone());
        // A collector may serve several stacks.
        let attributes = format!("service.namespace={},k8s.namespace.name={}", stack.name, stack.namespace);
        all.insert("OTEL_RESOURCE_ATTRIBUTES".to_owned(), attributes);
    }
    let scheme = if stack.mtls { "https" } else { "http" };
    // What people are told leads them back to the shop.
    if let (Role::Notifications, Some(url)) = (plan.role, stack.url()) {
        all.insert("SHOP_URL".to_owned(), url);
    }
    for called in plan.role.spec().calls.iter().filter(|called| stack.has(**called)) {
        let url = format!("{scheme}://{}:{}", names::service(stack, *called), called.spec().port);
        if *called == Role::Users {
            all.insert("JWKS_URL".to_owned(), format!("{url}/.well-known/jwks.json"));
        }
        all.insert(format!("{}_URL", called.name().to_uppercase()), url);
    }
    all
}
