//! BackedUp: whether the last dump was made in time.

use operator_api::{DatabaseMode, Reason};

use super::Verdict;
use crate::facts::Facts;

pub fn backed_up(facts: &Facts) -> Verdict {
    let Some(backup) = &facts.backup else { return Verdict::no(Reason::Disabled, how_to_begin(facts)) };
    let kubectl = facts.kubectl();
    if let Some((object, why)) = &backup.failed {
        let show = if object.starts_with("job/") { "logs" } else { "describe" };
        return Verdict::no(
            Reason::BackupFailed,
            format!("the last dump failed ({why}): {kubectl} {show} {object}"),
        );
    }
    if backup.overdue {
        let said =
            format!("the schedule has come up twice without a dump: {kubectl} describe {}", backup.title);
        return Verdict::no(Reason::Overdue, said);
    }
    match backup.succeeded {
        Some(_) => Verdict::yes(Reason::Succeeded, "dumps are made in time: see status.lastBackupTime"),
        None => Verdict::no(Reason::Waiting, "the first dump has yet to be made"),
    }
}

fn how_to_begin(facts: &Facts) -> &'static str {
    match facts.data.home {
        DatabaseMode::Embedded => "no dumps are made: see spec.database.embedded.backup",
        DatabaseMode::CloudNativePG => "no backups are made: see spec.database.cloudNativePG.backup",
        DatabaseMode::External => "the databases are backed up by whoever runs their server",
    }
}
