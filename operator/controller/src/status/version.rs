//! Which release runs, and which is to run.

use operator_api::VersionStatus;
use operator_desired::TEMPLATE_REVISION;

use crate::facts::Facts;

pub fn version(facts: &Facts, before: Option<&VersionStatus>) -> Option<VersionStatus> {
    let Some(release) = &facts.release else { return before.cloned() };
    let target = Some(release.target.clone());
    // What is stopped shows nothing of what it would run as.
    if facts.every_service_runs() && !facts.services_stopped {
        let (current, template_revision) = (Some(release.version.clone()), Some(TEMPLATE_REVISION));
        return Some(VersionStatus { current, target, template_revision });
    }
    Some(VersionStatus { target, ..before.cloned().unwrap_or_default() })
}
