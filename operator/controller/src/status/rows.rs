//! A row per service, and their sum.

use operator_api::ServiceStatus;

use crate::facts::Facts;

pub fn rows(facts: &Facts) -> Vec<ServiceStatus> {
    facts
        .services
        .iter()
        .map(|service| ServiceStatus {
            name: service.name.clone(),
            ready: service.pods.as_ref().map_or(0, |pods| pods.ready),
            desired: service.pods.as_ref().map_or(0, |pods| pods.desired),
            image: service.image.clone(),
            applied_replicas: service.applied_replicas,
        })
        .collect()
}

/// `6/7`: how many services are up, of how many.
pub fn summary(facts: &Facts) -> String {
    let up = facts.services.iter().filter(|service| service.up()).count();
    format!("{up}/{}", facts.services.len())
}
