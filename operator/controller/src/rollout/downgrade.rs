//! Whether a service would meet a database that has been stripped of what it uses.

use operator_desired::{Contracts, DefaultImages, Invalid, ValidatedStack, is_before, release};

use crate::live::Live;
use crate::workload::{JobState, job};

/// The finished Job is the record that something was removed.
pub fn downgrade(
    checked: &ValidatedStack,
    images: &DefaultImages,
    contracts: &Contracts,
    live: &Live,
) -> Option<Invalid> {
    checked.services().iter().find_map(|service| {
        let (role, since) = (service.role, contracts.get(&service.role)?);
        let wanted = release(&service.image.clone().unwrap_or_else(|| checked.image(images)));
        let prefix = format!("{}-drop-{role}-", checked.name());
        let removed = live.iter().any(|object| {
            object.kind.kind == "Job" && object.name().starts_with(&prefix) && job(&object.value) == JobState::Complete
        });
        let path = if service.image.is_some() { format!("spec.services.{role}.image") } else { "spec.version".to_owned() };
        (removed && is_before(&wanted, since)).then(|| Invalid {
            path,
            message: format!(
                "the migrations of {since} have removed what {role} of {wanted} uses from its database: choose {since} or a \
                 later one, or restore a dump into another stack"
            ),
        })
    })
}
