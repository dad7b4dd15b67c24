//! What keeps a drain of nodes from taking more than one pod of a kind at a time.

use serde_json::json;

use crate::{Component, Manifest, ValidatedStack, metadata};

/// For pods that are never fewer than two: alone, a pod would keep its node from being drained, or go all the same.
pub fn budget(stack: &ValidatedStack, component: Component, name: String) -> Manifest {
    let content = json!({
        "spec": {
            "maxUnavailable": 1,
            "selector": { "matchLabels": metadata::selector(stack, component) },
            // A pod that is not ready anyway may always go.
            "unhealthyPodEvictionPolicy": "AlwaysAllow",
        },
    });
    Manifest::new("PodDisruptionBudget", stack, component, name, content)
}
