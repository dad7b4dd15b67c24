//! Whether a live object still says all that we want it to say. Pure.
//!
//! A subset comparison of maps: fields that the API server and other writers add are theirs. Lists are ours as a whole,
//! for a second container or port changes what the first one means; those in metadata, such as owners, are shared.
//! Fields that we wanted once and want no more can't be seen here; the hash in the `applied` annotation changes then,
//! and the object is applied anew.

mod quantity;

use serde_json::{Map, Value};

/// Keys that tell the elements of a list of maps apart, as the API's own list-maps do.
const LIST_KEYS: [&str; 5] = ["name", "mountPath", "containerPort", "port", "key"];
/// Under these, strings are amounts, and the API server rewrites `1024Mi` to `1Gi`.
const QUANTITIES: [&str; 3] = ["requests", "limits", "sizeLimit"];
/// Maps that the API takes as one value: a label that someone adds to a Service's selector cuts off its pods.
const ATOMIC_MAPS: [&str; 5] =
    ["selector", "nodeSelector", "matchLabels", "podSelector", "namespaceSelector"];

/// The path of the first field of `wanted` that `live` lacks or has with another value.
pub fn first_difference(wanted: &Value, live: &Value) -> Option<String> {
    let mut path = Path::default();
    difference(wanted, Some(live), &mut path).then(|| path.shown())
}

#[derive(Default)]
struct Path {
    segments: Vec<String>,
    /// How many of the keys on the way down hold amounts.
    amounts: usize,
}

impl Path {
    fn shown(&self) -> String {
        self.segments.join(".")
    }
}

/// True leaves `path` at the difference.
fn difference(wanted: &Value, live: Option<&Value>, path: &mut Path) -> bool {
    match (wanted, live) {
        (wanted, None | Some(Value::Null)) => !is_zero(wanted),
        (Value::Object(wanted), Some(Value::Object(live))) => map_difference(wanted, live, path),
        (Value::Array(wanted), Some(Value::Array(live))) => list_difference(wanted, live, path),
        (Value::Number(wanted), Some(Value::Number(live))) => wanted.as_f64() != live.as_f64(),
        (Value::Null, Some(_)) => false,
        (wanted, Some(live)) => wanted != live && !(path.amounts > 0 && quantity::equal(wanted, live)),
    }
}

fn has_more(live: Option<&Value>, wanted: &Value) -> bool {
    let (Some(Value::Object(live)), Value::Object(wanted)) = (live, wanted) else { return false };
    live.keys().any(|key| !wanted.contains_key(key))
}

/// What the API server leaves out when it stores an object.
fn is_zero(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(flag) => !flag,
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.values().all(is_zero),
    }
}

fn map_difference(wanted: &Map<String, Value>, live: &Map<String, Value>, path: &mut Path) -> bool {
    wanted.iter().any(|(key, value)| {
        let amount = usize::from(QUANTITIES.contains(&key.as_str()));
        path.amounts += amount;
        let differs = step(key.clone(), path, |path| {
            difference(value, live.get(key), path)
                || (ATOMIC_MAPS.contains(&key.as_str()) && has_more(live.get(key), value))
        });
        path.amounts -= amount;
        differs
    })
}

fn list_difference(wanted: &[Value], live: &[Value], path: &mut Path) -> bool {
    let shared = path.segments.iter().any(|segment| segment == "metadata");
    if wanted.len() != live.len() && !shared {
        return true;
    }
    if let Some(key) = identifying_key(wanted) {
        return wanted.iter().any(|item| {
            let name = &item[key];
            let shown = name.as_str().map_or_else(|| name.to_string(), str::to_owned);
            step(shown, path, |path| {
                difference(item, live.iter().find(|candidate| candidate.get(key) == Some(name)), path)
            })
        });
    }
    wanted.len() != live.len()
        || wanted.iter().zip(live).enumerate().any(|(index, (wanted, live))| {
            step(index.to_string(), path, |path| difference(wanted, Some(live), path))
        })
}

/// Descends into `segment`; the way back is forgotten only when nothing was found.
fn step(segment: String, path: &mut Path, compare: impl FnOnce(&mut Path) -> bool) -> bool {
    let depth = path.segments.len();
    path.segments.push(segment);
    let differs = compare(path);
    if !differs {
        path.segments.truncate(depth);
    }
    differs
}

/// The key that all elements have, each with another value.
fn identifying_key(items: &[Value]) -> Option<&'static str> {
    LIST_KEYS.into_iter().find(|key| {
        let mut seen: Vec<&Value> = Vec::with_capacity(items.len());
        !items.is_empty()
            && items.iter().all(|item| match item.get(key) {
                Some(value @ (Value::String(_) | Value::Number(_)))
                    if !is_zero(value) && !seen.contains(&value) =>
                {
                    seen.push(value);
                    true
                }
                _ => false,
            })
    })
}

#[cfg(test)]
mod tests;
