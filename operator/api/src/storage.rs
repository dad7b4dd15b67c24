//! A volume that outlives its pod.

use kube::KubeSchema;
use serde::{Deserialize, Serialize};

use crate::{Memory, ObjectName};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
#[x_kube(
    validation = Rule::new("!isQuantity(self.size) || quantity(self.size).compareTo(quantity(oldSelf.size)) >= 0")
        .message("a volume can't shrink: keep the size or raise it")
        .field_path(".size"),
    validation = Rule::new(
        "has(self.className) == has(oldSelf.className) && (!has(self.className) || self.className == oldSelf.className)"
    )
    .message("className can't change once the volume exists: put the old value back")
    .field_path(".className")
)]
pub struct Storage {
    /// How much the volume holds; it may grow where the StorageClass allows it, and never shrinks.
    #[serde(default = "default_size")]
    pub size: Memory,
    /// The StorageClass; the cluster's default when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class_name: Option<ObjectName>,
}

impl Default for Storage {
    fn default() -> Self {
        Self { size: default_size(), class_name: None }
    }
}

fn default_size() -> Memory {
    Memory("1Gi".to_owned())
}
