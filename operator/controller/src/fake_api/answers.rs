//! What the API server answers to each kind of request.

use serde_json::{Map, Value, json};

use super::Asked;
use super::store::Store;

type Answered = (u16, Value);

pub fn answer(store: &mut Store, asked: &Asked) -> Answered {
    let path = asked.path.as_str();
    let named = is_named(path);
    match asked.method.as_str() {
        "GET" if is_group(path) => group(store, path),
        "GET" if named => {
            store.get(path).map_or_else(|| refusal(404, "NotFound"), |found| (200, found.clone()))
        }
        "GET" => list(store, asked),
        "POST" => create(store, asked),
        "PUT" => replace(store, asked),
        "PATCH" if path.ends_with("/status") => status(store, asked),
        "PATCH" if path.ends_with("/scale") => scale(store, asked),
        "PATCH" if asked.content_type.starts_with("application/merge-patch") => merge_patch(store, asked),
        "PATCH" => apply(store, asked),
        "DELETE" => delete(store, asked),
        other => panic!("{other} {path}"),
    }
}

pub fn refusal(code: u16, reason: &str) -> Answered {
    let message = format!("the API server says {reason}");
    (code, json!({"kind": "Status", "status": "Failure", "code": code, "reason": reason, "message": message}))
}

/// `/apis/keda.sh/v1alpha1`: what kinds there are.
fn is_group(path: &str) -> bool {
    path.starts_with("/apis/") && path.split('/').count() == 4
}

/// `/api/v1/namespaces/a/secrets/b`, but not `/api/v1/namespaces/a/secrets`.
fn is_named(path: &str) -> bool {
    let tail = path.split_once("/namespaces/").map_or("", |(_, tail)| tail);
    tail.split('/').count() >= 3
}

/// The kinds of a group that are installed.
fn group(store: &Store, path: &str) -> Answered {
    let version = path.trim_start_matches("/apis/");
    let known = store.installed.iter().filter(|kind| kind.api_version() == version);
    let resources: Vec<Value> = known
        .map(|kind| {
            let verbs = ["list"];
            json!({"name": kind.plural, "singularName": "", "namespaced": true, "kind": kind.kind, "verbs": verbs})
        })
        .collect();
    if resources.is_empty() {
        return refusal(404, "NotFound");
    }
    (200, json!({"kind": "APIResourceList", "groupVersion": version, "resources": resources}))
}

fn list(store: &Store, asked: &Asked) -> Answered {
    let bare = |object: &Value| {
        let mut object = object.clone();
        let fields = object.as_object_mut().expect("objects are stored");
        fields.remove("apiVersion");
        fields.remove("kind");
        object
    };
    let items: Vec<Value> = store.selected(&asked.selector()).into_iter().map(bare).collect();
    let version = store.version().to_string();
    (
        200,
        json!({"kind": "List", "apiVersion": "v1", "metadata": {"resourceVersion": version}, "items": items}),
    )
}

fn create(store: &mut Store, asked: &Asked) -> Answered {
    let name = asked.body["metadata"]["name"].as_str().expect("created objects are named");
    let path = format!("{}/{name}", asked.path);
    if store.get(&path).is_some() {
        refusal(409, "AlreadyExists")
    } else {
        (201, store.put(&path, asked.body.clone()))
    }
}

fn replace(store: &mut Store, asked: &Asked) -> Answered {
    let Some(before) = store.get(&asked.path) else { return refusal(404, "NotFound") };
    let version = &asked.body["metadata"]["resourceVersion"];
    if version.is_string() && *version != before["metadata"]["resourceVersion"] {
        return refusal(409, "Conflict");
    }
    (200, store.put(&asked.path, asked.body.clone()))
}

fn status(store: &mut Store, asked: &Asked) -> Answered {
    let path = asked.path.strip_suffix("/status").expect("the path ends so");
    let Some(before) = store.get(path) else { return refusal(404, "NotFound") };
    if is_another(before, asked) {
        return refusal(409, "Conflict");
    }
    let mut object = before.clone();
    object["status"] = asked.body["status"].clone();
    (200, store.put(path, object))
}

fn is_another(found: &Value, asked: &Asked) -> bool {
    let uid = &asked.body["metadata"]["uid"];
    uid.is_string() && *uid != found["metadata"]["uid"]
}

/// A JSON patch of the scale of a Deployment: tests, and then the number. A scale of zero does not have that field.
fn scale(store: &mut Store, asked: &Asked) -> Answered {
    assert_eq!(asked.content_type, "application/json-patch+json");
    let path = asked.path.strip_suffix("/scale").expect("the path ends so");
    let Some(mut object) = store.get(path).cloned() else { return refusal(404, "NotFound") };
    for operation in asked.body.as_array().expect("a JSON patch is a list") {
        let pointer = operation["path"].as_str().expect("an operation has a path");
        let found = object.pointer(pointer).filter(|value| **value != json!(0));
        match operation["op"].as_str() {
            Some("test") if found == Some(&operation["value"]) => {}
            Some("add") => *object.pointer_mut(pointer).expect("it is there") = operation["value"].clone(),
            _ => return refusal(422, "Invalid"),
        }
    }
    own_replicas(&mut object, asked.manager().expect("a scale has a manager"));
    let object = store.put(path, object);
    let version = &object["metadata"]["resourceVersion"];
    (200, json!({"metadata": {"resourceVersion": version}, "spec": {"replicas": object["spec"]["replicas"]}}))
}

/// Whoever writes the number by an update is its only owner.
pub fn own_replicas(object: &mut Value, manager: &str) {
    let mut entries = object["metadata"]["managedFields"].as_array().cloned().unwrap_or_default();
    for entry in &mut entries {
        if let Some(spec) = entry["fieldsV1"]["f:spec"].as_object_mut() {
            spec.remove("f:replicas");
        }
    }
    entries.push(json!({
        "manager": manager, "operation": "Update", "subresource": "scale", "fieldsV1": {"f:spec": {"f:replicas": {}}},
    }));
    object["metadata"]["managedFields"] = json!(entries);
}

/// Server-side apply, without the removal of what a manager has stopped to apply.
fn apply(store: &mut Store, asked: &Asked) -> Answered {
    let mut object = store.get(&asked.path).cloned().unwrap_or_else(|| json!({"metadata": {}}));
    merge(&mut object, &asked.body, &keyed);
    if ports_share_a_name(&object) {
        return refusal(422, "Invalid");
    }
    if asked.path.contains("/deployments/") && object["spec"]["replicas"].is_null() {
        object["spec"]["replicas"] = json!(1);
    }
    let manager = asked.manager().expect("an apply has a manager");
    let mut entries = object["metadata"]["managedFields"].as_array().cloned().unwrap_or_default();
    entries.retain(|entry| entry["manager"] != manager);
    entries.push(json!({"manager": manager, "operation": "Apply", "fieldsV1": fields(&asked.body)}));
    object["metadata"]["managedFields"] = json!(entries);
    (200, store.put(&asked.path, object))
}

/// Top levels only: enough to tell "replicas and nothing else".
fn fields(body: &Value) -> Value {
    let mut owned = Map::new();
    for (key, value) in body.as_object().into_iter().flatten() {
        let inner: Map<String, Value> = value
            .as_object()
            .into_iter()
            .flatten()
            .filter(|(inner, _)| !(key == "metadata" && ["name", "namespace"].contains(&inner.as_str())))
            .map(|(inner, _)| (format!("f:{inner}"), json!({})))
            .collect();
        if !inner.is_empty() {
            owned.insert(format!("f:{key}"), Value::Object(inner));
        }
    }
    Value::Object(owned)
}

fn merge_patch(store: &mut Store, asked: &Asked) -> Answered {
    let Some(mut object) = store.get(&asked.path).cloned() else { return refusal(404, "NotFound") };
    let version = &asked.body["metadata"]["resourceVersion"];
    let older = version.is_string() && *version != object["metadata"]["resourceVersion"];
    if older || is_another(&object, asked) {
        return refusal(409, "Conflict");
    }
    merge(&mut object, &asked.body, &whole);
    (200, store.put(&asked.path, object))
}

/// How a list of this name takes in another one.
type MergeList = dyn Fn(&str, &mut Vec<Value>, &[Value]);

fn merge(into: &mut Value, from: &Value, lists: &MergeList) {
    merge_named("", into, from, lists);
}

fn merge_named(name: &str, into: &mut Value, from: &Value, lists: &MergeList) {
    match (into, from) {
        (Value::Object(into), Value::Object(from)) => {
            for (key, value) in from {
                if value.is_null() {
                    into.remove(key);
                    continue;
                }
                merge_named(key, into.entry(key.clone()).or_insert(Value::Null), value, lists);
            }
        }
        (Value::Array(into), Value::Array(from)) => lists(name, into, from),
        (into, from) => *into = from.clone(),
    }
}

fn whole(_: &str, into: &mut Vec<Value>, from: &[Value]) {
    *into = from.to_vec();
}

fn keyed(name: &str, into: &mut Vec<Value>, from: &[Value]) {
    let key = match name {
        "ports" if from.iter().any(|port| port["containerPort"].is_number()) => "containerPort",
        "ports" => "port",
        "containers" | "env" | "volumes" => "name",
        _ => return whole(name, into, from),
    };
    for item in from {
        match into.iter_mut().find(|found| found[key] == item[key]) {
            Some(found) => merge_named("", found, item, &keyed),
            None => into.push(item.clone()),
        }
    }
}

fn ports_share_a_name(object: &Value) -> bool {
    let ports = object["spec"]["ports"].as_array().map(Vec::as_slice).unwrap_or_default();
    ports
        .iter()
        .enumerate()
        .any(|(index, port)| ports[..index].iter().any(|other| other["name"] == port["name"]))
}

fn delete(store: &mut Store, asked: &Asked) -> Answered {
    let Some(found) = store.get(&asked.path) else { return refusal(404, "NotFound") };
    let uid = &asked.body["preconditions"]["uid"];
    if uid.is_string() && *uid != found["metadata"]["uid"] {
        return refusal(409, "Conflict");
    }
    store.remove(&asked.path);
    (200, json!({"kind": "Status", "status": "Success", "code": 200}))
}
