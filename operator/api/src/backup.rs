//! Dumps of embedded databases: when they are made, where they go, and how one comes back.

use kube::KubeSchema;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Bucket, Cron, FileName, ObjectName, Storage, Url};

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(inline)]
pub struct Backup {
    /// When, in UTC: minute, hour, day of month, month, day of week.
    #[serde(default)]
    pub schedule: Cron,
    /// How many dumps are kept; the oldest goes first.
    #[schemars(range(min = 1, max = 365))]
    #[serde(default = "a_week")]
    pub keep: i32,
    /// The volume with the dumps, which survives the stack; with `s3`, room for one on its way.
    #[serde(default)]
    pub storage: Storage,
    /// A bucket that the dumps go to instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub s3: Option<S3>,
}

fn a_week() -> i32 {
    7
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(inline)]
pub struct S3 {
    /// Address of the store; buckets are paths below it.
    pub endpoint: Url,
    /// The bucket, which must exist.
    pub bucket: Bucket,
    /// What the signatures name.
    #[serde(default = "usual_region")]
    pub region: Bucket,
    /// A Secret with `accessKeyId` and `secretAccessKey`; and with `ca.crt`, where no public CA vouches for the store.
    pub secret_name: ObjectName,
}

fn usual_region() -> Bucket {
    Bucket("us-east-1".to_owned())
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
#[x_kube(
    validation = Rule::new("has(self.volumeClaim) != has(self.s3)")
        .message("a dump comes from a volume or from a bucket: keep one of the two")
        .field_path(".volumeClaim")
)]
pub struct RestoreFrom {
    /// The volume with the dumps: `<stack>-backups` of the stack that made them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub volume_claim: Option<ObjectName>,
    /// The bucket with the dumps.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub s3: Option<S3>,
    /// Name of the stack whose dumps they are; this stack's when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stack: Option<ObjectName>,
    /// Which dump, such as `20260131T030000Z`; the newest when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dump: Option<FileName>,
}
