//! What stands alone: a pod or a node that takes it away takes something from shoppers as well.

use operator_api::{DatabaseMode, EcommerceStackSpec, MessagingMode};

use crate::plan::Alone;
use crate::{ServicePlan, profile};

/// Fewer pods of anything are none at times.
const TWO: u32 = 2;
/// Fewer nodes have no majority without one of them.
const THREE: i32 = 3;

pub fn alone(spec: &EcommerceStackSpec, services: &[ServicePlan]) -> Vec<Alone> {
    let alone = |what: &str, remedy: String| Alone { what: what.to_owned(), remedy };
    let mut all = Vec::new();
    match spec.database.mode {
        DatabaseMode::Embedded => all.push(alone("Postgres", "database.mode: CloudNativePG".to_owned())),
        DatabaseMode::CloudNativePG if spec.database.cloud_native_pg.instances < 2 => {
            all.push(alone("Postgres", "database.cloudNativePG.instances: 3".to_owned()));
        }
        DatabaseMode::CloudNativePG | DatabaseMode::External => {}
    }
    let (nodes, field) = match spec.messaging.mode {
        MessagingMode::Embedded => {
            let usual = i32::try_from(profile::broker_nodes(spec.profile)).unwrap_or(i32::MAX);
            (spec.messaging.embedded.replicas.unwrap_or(usual), "embedded")
        }
        MessagingMode::RabbitmqCluster => (spec.messaging.rabbitmq_cluster.replicas, "rabbitmqCluster"),
        MessagingMode::External => (THREE, "external"),
    };
    if nodes < THREE {
        all.push(alone("RabbitMQ", format!("messaging.{field}.replicas: {THREE}")));
    }
    let single = services.iter().filter(|plan| plan.scaling.least() < TWO);
    all.extend(single.map(|plan| {
        let field = if plan.scaling.mode == operator_api::ScalingMode::Fixed { "replicas" } else { "min" };
        alone(plan.role.name(), format!("services.{}.scaling.{field}: {TWO}", plan.role))
    }));
    all
}
