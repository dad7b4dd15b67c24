//! What can be said of Jobs that prepare, restore or move databases.

use operator_api::Reason;

use super::Verdict;
use crate::facts::{ErrandKind, Facts};
use crate::workload::JobState;

/// The first that is not done, and what is known of it.
pub fn unfinished(facts: &Facts) -> Option<(ErrandKind, String)> {
    let errand = facts.errands.iter().find(|errand| errand.state != Some(JobState::Complete))?;
    let (title, job, kubectl) = (errand.kind.title(), &errand.job, facts.kubectl());
    let said = match &errand.state {
        None => format!("{title} waits until the databases are up"),
        Some(JobState::Failed { .. }) => failed(facts)?.message,
        Some(_) => match facts.trouble(job) {
            Some(trouble) => format!("{title}: {}", trouble.message),
            None => format!("{title}: {kubectl} logs -f job/{job}"),
        },
    };
    Some((errand.kind, said))
}

/// What no waiting will mend.
pub fn failed(facts: &Facts) -> Option<Verdict> {
    facts.errands.iter().find_map(|errand| {
        let Some(JobState::Failed { message }) = &errand.state else { return None };
        let (title, job, kubectl) = (errand.kind.title(), &errand.job, facts.kubectl());
        let back = match errand.kind {
            ErrandKind::Move => ", or put the old spec.database.mode back: it has all the data",
            ErrandKind::Roles | ErrandKind::Restore => "",
        };
        let said = format!(
            "{title} failed ({message}): {kubectl} logs job/{job}; to try again: {kubectl} delete job {job}{back}"
        );
        Some(Verdict::yes(Reason::MigrationFailed, said))
    })
}
