//! Who talks to the stack besides its own, and where its servers are.

use operator_api::{EcommerceStackSpec, Peer};

use super::{Findings, address, pods};
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
        dumps_to: dumps.map(|store| address::port(&store.endpoint.0)),
        restored_from: restored.map(|store| address::port(&store.endpoint.0)),
    }
}

fn check(peer: Option<&Peer>, field: &str, findings: &mut Findings) {
    let Some(peer) = peer else { return };
    for (labels, below) in [(&peer.namespace_labels, "namespaceLabels"), (&peer.pod_labels, "podLabels")] {
        pods::check_labels(labels, &format!("spec.security.networkPolicy.{field}.{below}"), findings);
    }
}
