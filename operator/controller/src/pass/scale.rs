//! Writes `scaling.replicas` when the spec changes it, once: a later `kubectl scale` stays.

use std::collections::BTreeMap;

use operator_api::EcommerceStackStatus;
use operator_desired::Component;
use tracing::info;

use super::plan::Prepared;
use super::stack::Stack;
use crate::cluster::{Cluster, Outcome};
use crate::live::Live;

/// What was written last, as the status remembers it.
pub fn before(status: &EcommerceStackStatus) -> BTreeMap<String, i32> {
    let rows = status.services.iter();
    rows.filter_map(|row| Some((row.name.clone(), row.applied_replicas?))).collect()
}

/// Returns what is written now.
pub async fn scale(
    cluster: &Cluster,
    stack: &Stack,
    prepared: &Prepared,
    live: &mut Live,
    created: &[String],
) -> Outcome<BTreeMap<String, i32>> {
    let mut applied = before(&stack.status);
    applied.retain(|service, _| prepared.replicas.contains_key(service));
    for wanted in prepared.wanted.iter().filter(|wanted| wanted.initial_replicas.is_some()) {
        let Component::Service(role) = wanted.component else { continue };
        let Some(&specified) = prepared.replicas.get(role.name()) else { continue };
        let Some(object) = live.get(wanted.kind, &wanted.name) else { continue };
        let last =
            if created.contains(&wanted.name) { Some(specified) } else { applied.get(role.name()).copied() };
        let present = object.value["spec"]["replicas"].as_i64();
        if to_write(specified, last, present) {
            info!(stack.name = %stack.key, "Scaling {} of {} to {specified}", wanted.title(), stack.key);
            cluster.scale(wanted.kind, &stack.key.namespace, &wanted.name, specified).await?;
            let mut scaled = object.clone();
            scaled.value["spec"]["replicas"] = specified.into();
            // The status is about the count before; judged by it, the Deployment would pass for rolled out.
            scaled.value["status"]["observedGeneration"] = 0.into();
            live.insert(scaled);
        }
        applied.insert(role.name().to_owned(), specified);
    }
    Ok(applied)
}

/// Pure: whether the spec has changed since it was last written, and the Deployment does not happen to agree.
fn to_write(specified: i32, last: Option<i32>, present: Option<i64>) -> bool {
    last != Some(specified) && present != Some(i64::from(specified))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_spec_is_written_once_and_a_manual_scale_stays() {
        assert!(to_write(3, Some(2), Some(2)), "the spec was changed");
        assert!(!to_write(3, Some(3), Some(5)), "somebody scaled by hand");
        assert!(!to_write(3, Some(2), Some(3)), "it is so already");
        assert!(to_write(3, None, Some(1)), "the status was lost");
    }
}
