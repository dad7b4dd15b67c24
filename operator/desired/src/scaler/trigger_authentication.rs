//! What KEDA shows to a Prometheus, and how it knows the server.

use contracts::identity::Part;
use operator_api::ScalingMode;
use serde_json::{Value, json};

use crate::manifest::Component::Prometheus;
use crate::{
    BUNDLE, CERTIFICATE, Credentials, Inputs, KEY, Manifest, PrometheusServer, ValidatedStack, names,
};

/// Whether a trigger must name it.
pub fn is_needed(stack: &ValidatedStack, inputs: &Inputs) -> bool {
    !parameters(stack, inputs).is_empty()
}

/// One for all services of the stack.
pub fn trigger_authentication(stack: &ValidatedStack, inputs: &Inputs) -> Option<Manifest> {
    let by_keda = stack.services.iter().any(|plan| plan.scaling.mode == ScalingMode::Keda);
    (inputs.offers.has("ScaledObject") && by_keda && is_needed(stack, inputs)).then(|| {
        let content = json!({ "spec": { "secretTargetRef": parameters(stack, inputs) } });
        Manifest::new("TriggerAuthentication", stack, Prometheus, names::prometheus(&stack.name), content)
    })
}

fn parameters(stack: &ValidatedStack, inputs: &Inputs) -> Vec<Value> {
    let (auth_secret, ca_secret) = match &stack.prometheus().server {
        PrometheusServer::External { auth_secret, ca_secret, .. } => (auth_secret, ca_secret),
        PrometheusServer::Embedded { .. } if stack.mtls => return of_certificate(stack),
        PrometheusServer::Embedded { .. } | PrometheusServer::Disabled => return Vec::new(),
    };
    let keys: &[(&str, &str)] = match inputs.credentials {
        None => &[],
        Some(Credentials::Bearer) => &[("bearerToken", "token")],
        Some(Credentials::Basic) => &[("username", "username"), ("password", "password")],
    };
    let of = |secret: &String, parameter: &str, key: &str| json!({ "parameter": parameter, "name": secret, "key": key });
    let auth = auth_secret
        .iter()
        .flat_map(|secret| keys.iter().map(move |(parameter, key)| of(secret, parameter, key)));
    let ca = ca_secret.iter().map(|secret| of(secret, "ca", "ca.crt"));
    auth.chain(ca).collect()
}

/// The stack's own Prometheus lets in whoever has its certificate.
fn of_certificate(stack: &ValidatedStack) -> Vec<Value> {
    let secret = names::certificate(&stack.name, Part::Prometheus);
    [("ca", BUNDLE), ("cert", CERTIFICATE), ("key", KEY)]
        .map(|(parameter, key)| json!({ "parameter": parameter, "name": secret, "key": key }))
        .into()
}
