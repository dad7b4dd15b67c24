//! What is known of the dumps that are made at set times.

use std::str::FromStr;

use croner::Cron;
use k8s_openapi::jiff::{Timestamp, tz::TimeZone};
use operator_api::DatabaseMode;
use operator_desired::Kind;
use serde_json::Value;

use crate::facts::Backup;
use crate::live::{Live, LiveObject};
use crate::stack_key::StackKey;
use crate::workload::{self, JobState};

/// Of the mode that the data is in; None: nothing is scheduled.
pub fn last(key: &StackKey, live: &Live, home: Option<DatabaseMode>, now: Timestamp) -> Option<Backup> {
    let name = format!("{}-backup", key.name);
    let kind = match home? {
        DatabaseMode::Embedded => "CronJob",
        DatabaseMode::CloudNativePG => "ScheduledBackup",
        DatabaseMode::External => return None,
    };
    let schedule = live.get(Kind::named(kind), &name)?;
    let succeeded = match kind {
        "CronJob" => time(&schedule.value["status"]["lastSuccessfulTime"]),
        _ => {
            let cluster = live.get(Kind::named("Cluster"), &format!("{}-db", key.name));
            cluster.and_then(|cluster| time(&cluster.value["status"]["lastSuccessfulBackup"]))
        }
    };
    let failed = match kind {
        "CronJob" => failed_job(live, &name, succeeded),
        _ => failed_backup(live, key, succeeded),
    };
    let since = succeeded.or_else(|| time(&schedule.value["metadata"]["creationTimestamp"]));
    let cron = schedule.value["spec"]["schedule"].as_str().unwrap_or_default();
    let overdue = since.is_some_and(|since| missed_twice(cron, since, now));
    Some(Backup { title: format!("{} {name}", kind.to_lowercase()), succeeded, failed, overdue })
}

/// The newest Job of the CronJob, where it failed after the last success.
fn failed_job(live: &Live, name: &str, succeeded: Option<Timestamp>) -> Option<(String, String)> {
    let of_schedule = |job: &&LiveObject| {
        job.kind.kind == "Job"
            && job.controller().is_some_and(|owner| owner.kind == "CronJob" && owner.name == name)
    };
    let newest = live
        .iter()
        .filter(of_schedule)
        .max_by_key(|job| time(&job.value["metadata"]["creationTimestamp"]))?;
    let after = time(&newest.value["metadata"]["creationTimestamp"]) > succeeded;
    match workload::job(&newest.value) {
        JobState::Failed { message } if after => Some((format!("job/{}", newest.name()), message)),
        _ => None,
    }
}

fn failed_backup(live: &Live, key: &StackKey, succeeded: Option<Timestamp>) -> Option<(String, String)> {
    let cluster = live.get(Kind::named("Cluster"), &format!("{}-db", key.name))?;
    let failed = time(&cluster.value["status"]["lastFailedBackup"])?;
    (Some(failed) > succeeded).then(|| (format!("cluster/{}", cluster.name()), why_it_failed(cluster)))
}

/// In CloudNativePG's words.
fn why_it_failed(cluster: &LiveObject) -> String {
    let conditions = cluster.value["status"]["conditions"].as_array();
    let last = conditions.into_iter().flatten().find(|condition| condition["type"] == "LastBackupSucceeded");
    let said = last.filter(|condition| condition["status"] == "False");
    said.and_then(|condition| condition["message"].as_str()).unwrap_or("see its backups").to_owned()
}

/// Whether the schedule has come up twice since then. One that can't be read is the API server's to refuse.
fn missed_twice(schedule: &str, since: Timestamp, now: Timestamp) -> bool {
    let five_fields = match schedule.split(' ').count() {
        6 => schedule.split_once(' ').map_or(schedule, |(_seconds, rest)| rest),
        _ => schedule,
    };
    let Ok(cron) = Cron::from_str(five_fields) else { return false };
    let utc = since.to_zoned(TimeZone::UTC);
    let Ok(first) = cron.find_next_occurrence(&utc, false) else { return false };
    cron.find_next_occurrence(&first, false).is_ok_and(|second| second.timestamp() < now)
}

fn time(value: &Value) -> Option<Timestamp> {
    value.as_str()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schedule_that_has_come_up_twice_is_overdue() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let since = at("2026-11-20T03:01:00Z");
        for (now, overdue) in
            [("2026-11-21T04:00:00Z", false), ("2026-11-22T02:59:59Z", false), ("2026-11-22T03:00:01Z", true)]
        {
            assert_eq!(missed_twice("0 3 * * *", since, at(now)), overdue, "{now}");
            assert_eq!(missed_twice("0 0 3 * * *", since, at(now)), overdue, "with seconds, {now}");
        }
        assert!(!missed_twice("0 3 31 2 *", since, at("2036-01-01T00:00:00Z")), "it never comes up");
        assert!(!missed_twice("nonsense", since, at("2036-01-01T00:00:00Z")));
    }
}
