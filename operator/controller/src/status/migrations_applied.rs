//! MigrationsApplied: every database has the schema of its service's version.

use operator_api::Reason;

use super::Verdict;
use crate::facts::{Facts, Migration};
use crate::workload::JobState;

pub fn migrations_applied(facts: &Facts) -> Verdict {
    let all = &facts.migrations;
    if let Some((migration, message)) = all.iter().find_map(failure) {
        let (kubectl, job) = (facts.kubectl(), &migration.job);
        return Verdict::no(
            Reason::MigrationFailed,
            format!(
                "the migration of {} failed ({message}): {kubectl} logs job/{job}; to try again: {kubectl} delete job {job}",
                migration.role
            ),
        );
    }
    let running: Vec<&Migration> = all.iter().filter(|one| one.state == Some(JobState::Running)).collect();
    if let Some(first) = running.first() {
        let names: Vec<&str> = running.iter().map(|one| one.role.as_str()).collect();
        let why = running.iter().find_map(|one| facts.trouble(&one.job)).map_or_else(
            || format!("{} logs job/{}", facts.kubectl(), first.job),
            |trouble| trouble.message.clone(),
        );
        return Verdict::no(Reason::Running, format!("migrating {}: {why}", names.join(", ")));
    }
    if all.iter().any(|one| one.state.is_none()) {
        return Verdict::no(Reason::Waiting, "the migrations wait for the database and the broker");
    }
    match all.len() {
        0 if facts.hurdle.is_some() => Verdict::no(Reason::Waiting, "no migration has run yet"),
        0 => Verdict::yes(Reason::Applied, "no service has a database"),
        _ => Verdict::yes(Reason::Applied, "all databases have the schema of their services"),
    }
}

fn failure(migration: &Migration) -> Option<(&Migration, &str)> {
    match &migration.state {
        Some(JobState::Failed { message }) => Some((migration, message)),
        _ => None,
    }
}
