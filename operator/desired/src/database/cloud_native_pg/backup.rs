//! Backups at set times; where they go is part of the Cluster, in its overrides.

use operator_api::BackupMethod;
use serde_json::json;

use super::belonging;
use crate::manifest::Component::Backup;
use crate::{Manifest, ValidatedStack, names};

pub fn scheduled(stack: &ValidatedStack) -> Option<Manifest> {
    let (schedule, method) = stack.database.cloud_native_pg.backup.as_ref()?;
    let mut spec = json!({
        "cluster": belonging(stack),
        // CloudNativePG's schedules begin with seconds.
        "schedule": format!("0 {schedule}"),
        "backupOwnerReference": "cluster",
        "method": match method {
            BackupMethod::VolumeSnapshot => "volumeSnapshot",
            BackupMethod::BarmanObjectStore => "barmanObjectStore",
            BackupMethod::Plugin => "plugin",
        },
    });
    if *method == BackupMethod::Plugin {
        spec["pluginConfiguration"] = json!({ "name": "barman-cloud.cloudnative-pg.io" });
    }
    let name = names::errand(stack, "backup");
    Some(Manifest::new("ScheduledBackup", stack, Backup, name, json!({ "spec": spec })))
}
