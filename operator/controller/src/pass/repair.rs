//! Writes an object such that it is as wanted afterwards, also where server-side apply alone does not get there.
//!
//! Apply merges lists by key: of a Service whose port 80 was edited to 81 it makes one with both, or none at all,
//! because both are called `http`. So lists that are not as wanted after it are written as a whole.

use serde_json::{Map, Value, json};

use super::wanted::Wanted;
use crate::client;
use crate::cluster::{Cluster, Outcome};
use crate::compare::first_difference;
use crate::live::LiveObject;

pub async fn write(cluster: &Cluster, namespace: &str, wanted: &Wanted) -> Outcome<LiveObject> {
    let applied = cluster.apply(wanted.kind, namespace, &wanted.value).await;
    let short = match &applied {
        Ok(object) => first_difference(&wanted.value, &object.value).is_some(),
        Err(error) => client::answered(error, 422),
    };
    let lists = lists_of(&wanted.value);
    if !short || lists.is_null() {
        return applied;
    }
    match cluster.replace_lists(wanted.kind, namespace, &wanted.name, &lists).await {
        // Applied again, so that the lists are ours.
        Ok(_) => cluster.apply(wanted.kind, namespace, &wanted.value).await,
        // It was not the lists: what was said first is nearer to the point.
        Err(error) if client::answered(&error, 422) => applied,
        Err(error) => Err(error),
    }
}

/// The object without everything that is not a list, metadata aside; null when there is none.
fn lists_of(value: &Value) -> Value {
    match value {
        Value::Array(_) => value.clone(),
        Value::Object(fields) => {
            let lists: Map<String, Value> = fields
                .iter()
                .filter(|(key, _)| *key != "metadata")
                .map(|(key, value)| (key.clone(), lists_of(value)))
                .filter(|(_, lists)| !lists.is_null())
                .collect();
            if lists.is_empty() { Value::Null } else { json!(lists) }
        }
        _ => Value::Null,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_lists_are_left_and_they_are_left_whole() {
        let service = json!({
            "metadata": {"ownerReferences": [{}]},
            "spec": {"selector": {"a": "b"}, "ports": [{"port": 80}], "template": {"metadata": {"x": []}}},
        });
        assert_eq!(lists_of(&service), json!({"spec": {"ports": [{"port": 80}]}}));
        assert_eq!(lists_of(&json!({"data": {"a": "b"}})), Value::Null);
    }
}
