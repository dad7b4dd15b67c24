//! The stack itself, read fresh at the start of a pass: a cache may not know yet that it was deleted and made anew.

use k8s_openapi::api::core::v1::ObjectReference;
use kube::Resource;
use operator_api::{EcommerceStack, EcommerceStackStatus};
use operator_desired::Invalid;
use serde_json::Value;

use crate::cluster::{Cluster, Outcome};
use crate::stack_key::StackKey;

pub struct Stack {
    pub key: StackKey,
    pub uid: String,
    pub generation: i64,
    /// What this operator can't even read is as wrong as what contradicts itself.
    pub object: Result<EcommerceStack, Vec<Invalid>>,
    /// As last published.
    pub status: EcommerceStackStatus,
}

/// `None`: gone, or going.
pub async fn fetch(cluster: &Cluster, key: &StackKey) -> Outcome<Option<Stack>> {
    let found = cluster.stack(key).await?;
    Ok(found
        .filter(|value| !value["metadata"]["deletionTimestamp"].is_string())
        .map(|value| Stack::new(key, value)))
}

impl Stack {
    pub fn new(key: &StackKey, value: Value) -> Self {
        let metadata = &value["metadata"];
        let uid = metadata["uid"].as_str().unwrap_or_default().to_owned();
        let generation = metadata["generation"].as_i64().unwrap_or_default();
        // A status that can't be read was written by another version: it is replaced as a whole.
        let status = serde_json::from_value(value["status"].clone()).unwrap_or_default();
        let object = serde_json::from_value(value).map_err(|error| {
            let message =
                format!("this operator can't read it ({error}): is the CRD of another version installed?");
            vec![Invalid { path: "spec".to_owned(), message }]
        });
        Self { key: key.clone(), uid, generation, object, status }
    }

    /// What people write on it for us.
    pub fn annotation(&self, key: &str) -> Option<&str> {
        self.object.as_ref().ok()?.metadata.annotations.as_ref()?.get(key).map(String::as_str)
    }

    /// What events are about.
    pub fn reference(&self) -> ObjectReference {
        ObjectReference {
            api_version: Some(EcommerceStack::api_version(&()).into_owned()),
            kind: Some(EcommerceStack::kind(&()).into_owned()),
            name: Some(self.key.name.clone()),
            namespace: Some(self.key.namespace.clone()),
            uid: Some(self.uid.clone()),
            ..ObjectReference::default()
        }
    }
}
