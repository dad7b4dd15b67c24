//! Finds fields that the schema does not know, as `kubectl apply` would. Pure.

use serde_json::Value;

/// The path of the first one. Metadata and status are the API server's business.
pub fn first(stack: &Value, schema: &Value) -> Option<String> {
    let known = ["apiVersion", "kind", "metadata", "spec", "status"];
    let stranger = stack.as_object()?.keys().find(|key| !known.contains(&key.as_str()));
    stranger.cloned().or_else(|| below(&stack["spec"], &schema["properties"]["spec"], "spec"))
}

fn below(value: &Value, schema: &Value, path: &str) -> Option<String> {
    match value {
        Value::Object(fields) => fields.iter().find_map(|(key, value)| {
            let path = format!("{path}.{key}");
            match (schema["properties"].get(key), &schema["additionalProperties"]) {
                (Some(schema), _) => below(value, schema, &path),
                (None, schema @ Value::Object(_)) => below(value, schema, &path),
                (None, Value::Bool(true)) => None,
                (None, _) if schema["x-kubernetes-preserve-unknown-fields"] == true => None,
                (None, _) => Some(path),
            }
        }),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .find_map(|(index, item)| below(item, &schema["items"], &format!("{path}[{index}]"))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_unknown_field_is_named_by_its_path() {
        let schema = json!({"properties": {"spec": {"properties": {
            "services": {"properties": {"orders": {"properties": {"image": {"type": "string"}}}}},
            "hosts": {"items": {"properties": {"name": {}}}},
            "annotations": {"additionalProperties": {"type": "string"}},
        }}}});
        let wrong = |spec: Value| first(&json!({"spec": spec}), &schema);
        assert_eq!(wrong(json!({"services": {"orders": {"image": "x"}}})), None);
        assert_eq!(wrong(json!({"annotations": {"any/thing": "x"}})), None);
        assert_eq!(wrong(json!({"services": {"order": {}}})).unwrap(), "spec.services.order");
        assert_eq!(wrong(json!({"hosts": [{"name": "a"}, {"nam": "b"}]})).unwrap(), "spec.hosts[1].nam");
        assert_eq!(first(&json!({"specs": {}}), &schema).unwrap(), "specs");
    }
}
