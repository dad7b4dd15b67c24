//! Who talks to the stack besides its own, and where its servers are.

use operator_api::{EcommerceStackSpec, Peer, S3};

use super::{Findings, pods};
use crate::plan::Network;

pub fn plan(spec: &EcommerceStackSpec, findings: &mut Findings) -> Network {
    let settings = &spec.security.network_policy;
    check(settings.ingress_from.as_ref(), "ingressFrom", findings);
    check(settings.metrics_from.as_ref(), "metricsFrom", findings);
    let dumps = spec.database.embedded.backup.as_ref().and_then(|backup| backup.s3.as_ref());
    let restored = spec.database.restore_from.as_ref().and_then(|from| from.s3.as_ref());
    Network {
        enabled: settings.enabled,
        ingress_from: settings.ingress_from.clone(),
        metrics_from: settings.metrics_from.clone(),
        database: spec.database.mode,
        messaging: spec.messaging.mode,
        dumps_to: dumps.map(port),
        restored_from: restored.map(port),
    }
}

fn check(peer: Option<&Peer>, field: &str, findings: &mut Findings) {
    let Some(peer) = peer else { return };
    for (labels, below) in [(&peer.namespace_labels, "namespaceLabels"), (&peer.pod_labels, "podLabels")] {
        pods::check_labels(labels, &format!("spec.security.networkPolicy.{field}.{below}"), findings);
    }
}

/// Of the store's address; what is wrong with that is said elsewhere.
fn port(store: &S3) -> u16 {
    let (scheme, rest) = store.endpoint.0.split_once("://").unwrap_or_default();
    let authority = rest.split('/').next().unwrap_or_default();
    let usual = if scheme == "http" { 80 } else { 443 };
    authority.rsplit_once(':').and_then(|(_, port)| port.parse().ok()).unwrap_or(usual)
}
