//! Which changes of a schema would break those who know the former one. What is only added breaks nobody.

use std::collections::BTreeSet;

use serde_json::Value;

/// What says something about the value itself: another one is another type.
const RETYPING: [&str; 8] =
    ["type", "format", "pattern", "minimum", "maximum", "minLength", "maxLength", "additionalProperties"];

/// One line each, with the path of what has changed; empty: whoever reads or writes the former can live with the new one.
pub fn changes(former: &Value, new: &Value) -> Vec<String> {
    let mut found = Vec::new();
    compare("", former, new, &mut found);
    found
}

fn compare(path: &str, former: &Value, new: &Value, found: &mut Vec<String>) {
    match (values(former), values(new)) {
        (Some(former), Some(new)) => {
            let gone = former.difference(&new);
            return found.extend(gone.map(|value| format!("{path}: {value} is no longer a value")));
        }
        (None, None) => {}
        _ => return found.push(format!("{path}: has another type")),
    }
    for keyword in RETYPING {
        if former.get(keyword) != new.get(keyword) {
            found.push(format!("{path}: has another {keyword}"));
        }
    }
    compare_properties(path, former, new, found);
    match (former.get("items"), new.get("items")) {
        (Some(former), Some(new)) => compare(&format!("{path}[]"), former, new, found),
        (None, None) => {}
        _ => found.push(format!("{path}: has other items")),
    }
    for keyword in ["oneOf", "anyOf"] {
        let variants =
            |schema: &Value| schema.get(keyword).and_then(Value::as_array).cloned().unwrap_or_default();
        let (old, new) = (variants(former), variants(new));
        if old.is_empty() != new.is_empty() {
            found.push(format!("{path}: has another type"));
        }
        for variant in old.iter().filter(|old| !new.iter().any(|new| changes(old, new).is_empty())) {
            found.push(format!("{path}: has no longer the variant {}", name_of(variant)));
        }
    }
}

fn compare_properties(path: &str, former: &Value, new: &Value, found: &mut Vec<String>) {
    let properties = |schema: &Value| schema.get("properties").and_then(Value::as_object).cloned();
    let (old, now) = (properties(former).unwrap_or_default(), properties(new).unwrap_or_default());
    for (name, schema) in &old {
        let path = format!("{path}/{name}");
        match now.get(name) {
            Some(now) => compare(&path, schema, now, found),
            None => found.push(format!("{path}: is gone")),
        }
    }
    let required = |schema: &Value| {
        let names = schema.get("required").and_then(Value::as_array).cloned().unwrap_or_default();
        names.iter().filter_map(Value::as_str).map(str::to_owned).collect::<BTreeSet<String>>()
    };
    let (old, now) = (required(former), required(new));
    found.extend(now.difference(&old).map(|name| format!("{path}/{name}: is required now")));
}

/// What an enumeration consists of, in whichever of the three ways it is written.
fn values(schema: &Value) -> Option<BTreeSet<String>> {
    if let Some(one) = schema.get("const") {
        return Some(BTreeSet::from([one.to_string()]));
    }
    if let Some(several) = schema.get("enum").and_then(Value::as_array) {
        return Some(several.iter().map(Value::to_string).collect());
    }
    let variants = schema.get("oneOf").and_then(Value::as_array)?;
    let sets: Option<Vec<BTreeSet<String>>> = variants.iter().map(values).collect();
    Some(sets?.into_iter().flatten().collect())
}

fn name_of(variant: &Value) -> String {
    variant.pointer("/properties/code/const").unwrap_or(variant).to_string()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn former() -> Value {
        json!({
            "type": "object",
            "properties": {
                "id": { "type": "string", "format": "uuid" },
                "lines": { "type": "array", "items": {
                    "type": "object", "properties": { "sku": { "type": "string" } }, "required": ["sku"],
                } },
                "status": { "type": "string", "enum": ["open", "closed"] },
                "reason": { "oneOf": [
                    { "type": "object", "properties": { "code": { "const": "late" } }, "required": ["code"] },
                    { "type": "object", "properties": { "code": { "const": "lost" } }, "required": ["code"] },
                ] },
                "note": { "type": ["string", "null"] },
            },
            "required": ["id", "lines"],
        })
    }

    /// The changes when the value at this path is replaced; `null` removes it.
    fn after(pointer: &str, value: Value) -> Vec<String> {
        let mut new = former();
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        let parent = new.pointer_mut(parent).unwrap();
        match (parent, value) {
            (Value::Object(map), Value::Null) => drop(map.remove(name)),
            (Value::Object(map), value) => drop(map.insert(name.to_owned(), value)),
            (Value::Array(list), value) => match name.parse::<usize>() {
                Ok(index) if value.is_null() => drop(list.remove(index)),
                Ok(index) => list[index] = value,
                Err(_) => list.push(value),
            },
            _ => panic!("nothing at {pointer}"),
        }
        changes(&former(), &new)
    }

    #[test]
    fn what_is_added_breaks_nobody() {
        let optional = json!({ "type": "string" });
        assert_eq!(changes(&former(), &former()), Vec::<String>::new());
        assert_eq!(after("/properties/colour", optional.clone()), Vec::<String>::new());
        assert_eq!(after("/properties/lines/items/properties/colour", optional), Vec::<String>::new());
        assert_eq!(after("/properties/status/enum/-", json!("paused")), Vec::<String>::new());
        let variant = json!({ "type": "object", "properties": { "code": { "const": "stolen" } } });
        assert_eq!(after("/properties/reason/oneOf/-", variant), Vec::<String>::new());
        assert_eq!(after("/description", json!("words")), Vec::<String>::new());
        let documented = json!({ "oneOf": [
            { "const": "open", "description": "words" }, { "const": "closed" }, { "enum": ["paused"] },
        ] });
        assert_eq!(after("/properties/status", documented), Vec::<String>::new());
    }

    #[test]
    fn a_field_that_is_gone_or_has_another_name_is_named() {
        assert_eq!(after("/properties/note", Value::Null), ["/note: is gone"]);
        let sku = "/properties/lines/items/properties/sku";
        assert_eq!(after(sku, Value::Null), ["/lines[]/sku: is gone"]);
    }

    #[test]
    fn a_field_of_another_type_is_named() {
        assert_eq!(after("/properties/id/format", Value::Null), ["/id: has another format"]);
        assert_eq!(after("/properties/note/type", json!("string")), ["/note: has another type"]);
        assert_eq!(after("/properties/status", json!({ "type": "string" })), ["/status: has another type"]);
        let items = json!({ "type": "integer" });
        assert!(after("/properties/lines/items", items).contains(&"/lines[]: has another type".to_owned()));
        assert_eq!(after("/properties/lines/items", Value::Null), ["/lines: has other items"]);
    }

    #[test]
    fn a_field_that_was_not_required_must_not_become_so() {
        assert_eq!(after("/required/-", json!("note")), ["/note: is required now"]);
        let lines = "/properties/lines/items/required";
        assert_eq!(after(lines, json!(["sku", "colour"])), ["/lines[]/colour: is required now"]);
    }

    #[test]
    fn a_value_or_variant_that_is_gone_is_named() {
        assert_eq!(
            after("/properties/status/enum/0", Value::Null),
            ["/status: \"open\" is no longer a value"]
        );
        let lost = after("/properties/reason/oneOf/1", Value::Null);
        assert_eq!(lost, ["/reason: has no longer the variant \"lost\""]);
        let version = (json!({ "const": "order.created.v1" }), json!({ "const": "order.created.v2" }));
        assert_eq!(changes(&version.0, &version.1).len(), 1);
    }
}
