//! Who runs the broker.

use operator_api::{EcommerceStackSpec, MessagingMode};

use super::servers::volume;
use super::{Findings, images};
use crate::MessagingPlan;
use crate::messaging::{BrokerCluster, EmbeddedBroker};
use crate::{names, profile};

const PATH: &str = "spec.messaging";

pub fn plan(spec: &EcommerceStackSpec, findings: &mut Findings) -> MessagingPlan {
    match spec.messaging.mode {
        MessagingMode::Embedded => MessagingPlan::Embedded(embedded(spec, findings)),
        MessagingMode::RabbitmqCluster => MessagingPlan::Cluster(cluster(spec, findings)),
        MessagingMode::External => MessagingPlan::External { secret: secret(spec, findings) },
    }
}

fn embedded(spec: &EcommerceStackSpec, findings: &mut Findings) -> EmbeddedBroker {
    let (embedded, path) = (&spec.messaging.embedded, format!("{PATH}.embedded"));
    images::check(embedded.image.as_ref(), &format!("{path}.image"), findings);
    let usual = profile::broker_nodes(spec.profile);
    let nodes = embedded.replicas.map_or(Some(usual), |replicas| u32::try_from(replicas).ok());
    let nodes = nodes.filter(|nodes| [1, 3, 5].contains(nodes)).unwrap_or_else(|| {
        findings
            .add(&format!("{path}.replicas"), "a majority needs an odd number of nodes: choose 1, 3 or 5");
        usual
    });
    EmbeddedBroker {
        image: embedded.image.as_ref().map(|image| image.0.clone()),
        volume: volume(&embedded.storage, &path, findings),
        nodes,
    }
}

fn cluster(spec: &EcommerceStackSpec, findings: &mut Findings) -> BrokerCluster {
    let (cluster, path) = (&spec.messaging.rabbitmq_cluster, format!("{PATH}.rabbitmqCluster"));
    images::check(cluster.image.as_ref(), &format!("{path}.image"), findings);
    let nodes = findings.below(&path).number("replicas", cluster.replicas, 1, 9);
    if nodes.is_multiple_of(2) {
        let message =
            format!("a majority needs an odd number of nodes: choose {} or {}", nodes - 1, nodes + 1);
        findings.add(&format!("{path}.replicas"), message);
    }
    BrokerCluster {
        image: cluster.image.as_ref().map(|image| image.0.clone()),
        volume: volume(&cluster.storage, &path, findings),
        nodes,
        overrides: cluster.overrides.0.clone(),
    }
}

fn secret(spec: &EcommerceStackSpec, findings: &mut Findings) -> String {
    let path = format!("{PATH}.external.secretName");
    let name =
        spec.messaging.external.as_ref().map(|external| external.secret_name.0.clone()).unwrap_or_default();
    if name.is_empty() {
        findings.add(&path, "mode External needs a Secret that tells where the broker is: name it");
    } else if !names::is_subdomain(&name) {
        findings.add(&path, format!("`{name}` can't be the name of a Secret: correct it"));
    }
    name
}
