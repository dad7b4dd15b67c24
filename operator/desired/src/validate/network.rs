//! Who else may talk to the stack.

use operator_api::{NetworkPolicySettings, Peer};

use super::{Findings, pods};
use crate::plan::Network;

pub fn plan(settings: &NetworkPolicySettings, findings: &mut Findings) -> Network {
    check(settings.ingress_from.as_ref(), "ingressFrom", findings);
    check(settings.metrics_from.as_ref(), "metricsFrom", findings);
    Network {
        enabled: settings.enabled,
        ingress_from: settings.ingress_from.clone(),
        metrics_from: settings.metrics_from.clone(),
    }
}

fn check(peer: Option<&Peer>, field: &str, findings: &mut Findings) {
    let Some(peer) = peer else { return };
    for (labels, below) in [(&peer.namespace_labels, "namespaceLabels"), (&peer.pod_labels, "podLabels")] {
        pods::check_labels(labels, &format!("spec.security.networkPolicy.{field}.{below}"), findings);
    }
}
