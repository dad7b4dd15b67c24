//! Where two forms of an object differ, for a person to read. Pure. What is in Secrets is never shown.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::live::APPLIED;

/// Longer values are texts of many lines, in which a difference is not to be seen anyway.
const LONGEST: usize = 80;

/// `whole`: `old` says all that it was applied with, so what it has alone goes.
pub fn differences(old: &Value, new: &Value, whole: bool) -> Vec<String> {
    let mut all = Vec::new();
    let secret = new["kind"] == "Secret";
    compare(&mut all, "", old, new, &Manner { whole, secret });
    all
}

struct Manner {
    whole: bool,
    secret: bool,
}

fn compare(all: &mut Vec<String>, path: &str, old: &Value, new: &Value, manner: &Manner) {
    match (old, new) {
        (Value::Object(before), Value::Object(after)) => {
            let gone = before.keys().filter(|key| manner.whole && !after.contains_key(*key));
            let keys: BTreeSet<&String> = after.keys().chain(gone).collect();
            for key in keys.into_iter().filter(|key| *key != APPLIED) {
                let (before, after) =
                    (before.get(key).unwrap_or(&Value::Null), after.get(key).unwrap_or(&Value::Null));
                compare(all, &below(path, key), before, after, manner);
            }
        }
        (Value::Array(before), Value::Array(after)) if named(before) && named(after) => {
            let names: BTreeSet<&str> =
                before.iter().chain(after).filter_map(|item| item["name"].as_str()).collect();
            let find = |items: &[Value], name: &str| items.iter().find(|item| item["name"] == name).cloned();
            for name in names {
                let (before, after) =
                    (find(before, name).unwrap_or_default(), find(after, name).unwrap_or_default());
                compare(all, &below(path, name), &before, &after, manner);
            }
        }
        (before, after) if before == after => {}
        (before, after) => all.push(format!("{path}: {}", change(before, after, manner))),
    }
}

fn below(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

fn named(items: &[Value]) -> bool {
    !items.is_empty() && items.iter().all(|item| item["name"].is_string())
}

fn change(before: &Value, after: &Value, manner: &Manner) -> String {
    let (before, after) = (shown(before, manner), shown(after, manner));
    match (before.len() <= LONGEST && after.len() <= LONGEST, manner.secret) {
        (true, false) => format!("{before} -> {after}"),
        _ => "changes".to_owned(),
    }
}

fn shown(value: &Value, manner: &Manner) -> String {
    match value {
        _ if manner.secret => String::new(),
        Value::Null => "(none)".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn fields_are_named_by_their_path_and_items_by_their_name() {
        let form = |image: &str, value: Value| json!({"kind": "Deployment", "spec": {"containers": [{"name": "shop", "image": image, "env": [{"name": "A", "value": value}]}]}});
        let found = differences(&form("shop:1", json!("1")), &form("shop:2", json!("2")), true);
        assert_eq!(
            found,
            ["spec.containers.shop.env.A.value: 1 -> 2", "spec.containers.shop.image: shop:1 -> shop:2"]
        );
    }

    #[test]
    fn what_others_added_is_not_ours_to_remove() {
        let (old, new) = (json!({"a": 1, "b": 2}), json!({"a": 1}));
        assert!(differences(&old, &new, false).is_empty());
        assert_eq!(differences(&old, &new, true), ["b: 2 -> (none)"]);
    }

    #[test]
    fn nothing_of_a_secret_is_shown_but_the_names_of_its_keys() {
        let secret = |password: &str| json!({"kind": "Secret", "data": {"password": password}});
        assert_eq!(differences(&secret("hunter2"), &secret("hunter3"), true), ["data.password: changes"]);
    }
}
