//! A volume that is an object of its own.
//!
//! Not a template of the StatefulSet: those can't be changed, so a volume could never grow.

use serde_json::json;

use crate::plan::Volume;
use crate::{Component, Manifest, ValidatedStack};

pub fn volume(stack: &ValidatedStack, component: Component, name: String, volume: &Volume) -> Manifest {
    let mut content = json!({
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "resources": { "requests": { "storage": volume.size.canonical() } },
        },
    });
    if let Some(class) = &volume.class {
        content["spec"]["storageClassName"] = json!(class);
    }
    let volume = Manifest::new("PersistentVolumeClaim", stack, component, name, content);
    if stack.keeps_volumes { volume.without_owner() } else { volume }
}
