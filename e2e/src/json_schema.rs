//! Kubernetes' own schemas as JSON Schema, as strict as `--validate=strict`: a field that nobody knows is an error.
//!
//! Rules that are CEL are left to the API server.

use std::collections::BTreeSet;

use anyhow::{Context, Result};
use serde_json::{Map, Value, json};

/// What says the same in both.
const KEPT: [&str; 18] = [
    "type",
    "description",
    "default",
    "enum",
    "pattern",
    "minimum",
    "maximum",
    "multipleOf",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "minProperties",
    "maxProperties",
    "required",
    "allOf",
    "anyOf",
    "oneOf",
];

/// The schema of a definition, or a part of it.
pub fn strict(schema: &Value) -> Value {
    if schema["x-kubernetes-int-or-string"] == true || schema["format"] == "int-or-string" {
        return json!({"type": ["integer", "string"]});
    }
    let mut strict = Map::new();
    for name in KEPT.iter().filter(|name| !schema[**name].is_null()) {
        strict.insert((*name).to_owned(), schema[*name].clone());
    }
    if let Some(to) = schema["$ref"].as_str() {
        return json!({"$ref": to});
    }
    if schema["nullable"] == true {
        strict.insert("type".to_owned(), json!([schema["type"], "null"]));
    }
    if schema["items"].is_object() {
        strict.insert("items".to_owned(), self::strict(&schema["items"]));
    }
    if let Some(properties) = schema["properties"].as_object() {
        let properties: Map<String, Value> =
            properties.iter().map(|(name, property)| (name.clone(), self::strict(property))).collect();
        strict.insert("properties".to_owned(), Value::Object(properties));
        if schema["x-kubernetes-preserve-unknown-fields"] != true {
            strict.insert("additionalProperties".to_owned(), json!(false));
        }
    }
    if schema["additionalProperties"].is_object() {
        strict.insert("additionalProperties".to_owned(), self::strict(&schema["additionalProperties"]));
    }
    Value::Object(strict)
}

/// A schema for objects of one kind, and the name of the file in which kubeconform looks for it.
pub struct KindSchema {
    pub file: String,
    pub schema: Value,
}

fn file(group: &str, version: &str, kind: &str) -> String {
    let group = group.split('.').next().filter(|group| !group.is_empty());
    let parts: Vec<&str> = [Some(kind), group, Some(version)].into_iter().flatten().collect();
    format!("{}.json", parts.join("-").to_lowercase())
}

fn text(value: &Value, what: &str) -> Result<String> {
    Ok(value.as_str().with_context(|| format!("it has no {what}"))?.to_owned())
}

/// Of a `CustomResourceDefinition`: one for each version.
pub fn of_definition(definition: &Value) -> Result<Vec<KindSchema>> {
    let spec = &definition["spec"];
    let (group, kind) = (text(&spec["group"], "group")?, text(&spec["names"]["kind"], "kind")?);
    let versions = spec["versions"].as_array().context("it has no versions")?;
    let of = |version: &Value| {
        let mut schema = strict(&version["schema"]["openAPIV3Schema"]);
        // What every object has; definitions leave it to the API server.
        schema["properties"]["apiVersion"] = json!({"type": "string"});
        schema["properties"]["kind"] = json!({"type": "string"});
        schema["properties"]["metadata"] = json!({"type": "object"});
        Ok(KindSchema { file: file(&group, &text(&version["name"], "version")?, &kind), schema })
    };
    versions.iter().map(of).collect()
}

/// Of each kind in the API server's OpenAPI document, version 2, with all that it refers to.
pub fn of_openapi(document: &Value) -> Result<Vec<KindSchema>> {
    let definitions = document["definitions"].as_object().context("there are no definitions")?;
    let mut schemas = Vec::new();
    for (name, definition) in definitions {
        let [kind] = definition["x-kubernetes-group-version-kind"].as_array().map_or(&[][..], Vec::as_slice)
        else {
            continue;
        };
        if definition["properties"]["metadata"].is_null() {
            continue;
        }
        let text = |field: &str| kind[field].as_str().unwrap_or_default();
        let mut needed = BTreeSet::new();
        reach(name, definitions, &mut needed);
        let needed: Map<String, Value> =
            needed.into_iter().map(|name| (name.to_owned(), known(name, &definitions[name]))).collect();
        schemas.push(KindSchema {
            file: file(text("group"), text("version"), text("kind")),
            schema: json!({"$ref": format!("#/definitions/{name}"), "definitions": needed}),
        });
    }
    Ok(schemas)
}

/// A quantity is said to be text, and may be a number.
fn known(name: &str, definition: &Value) -> Value {
    if name.ends_with(".resource.Quantity") {
        json!({"type": ["string", "number"]})
    } else {
        strict(definition)
    }
}

fn reach<'a>(name: &'a str, definitions: &'a Map<String, Value>, found: &mut BTreeSet<&'a str>) {
    if found.insert(name)
        && let Some(definition) = definitions.get(name)
    {
        reach_below(definition, definitions, found);
    }
}

fn reach_below<'a>(value: &'a Value, definitions: &'a Map<String, Value>, found: &mut BTreeSet<&'a str>) {
    match value {
        Value::Object(fields) => {
            let to = fields.get("$ref").and_then(Value::as_str);
            if let Some(name) = to.and_then(|to| to.strip_prefix("#/definitions/")) {
                reach(name, definitions, found);
            }
            fields.values().for_each(|field| reach_below(field, definitions, found));
        }
        Value::Array(items) => items.iter().for_each(|item| reach_below(item, definitions, found)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_that_nobody_knows_are_errors_unless_they_are_to_be_kept() {
        let closed = strict(&json!({"type": "object", "properties": {"a": {"type": "string"}}}));
        assert_eq!(closed["additionalProperties"], false);
        let open = json!({"properties": {}, "x-kubernetes-preserve-unknown-fields": true});
        assert!(strict(&open)["additionalProperties"].is_null());
        let map = json!({"additionalProperties": {"type": "object", "properties": {}}});
        assert_eq!(strict(&map)["additionalProperties"]["additionalProperties"], false);
    }

    #[test]
    fn what_may_be_null_or_a_number_may_be_so_in_both() {
        assert_eq!(strict(&json!({"type": "string", "nullable": true}))["type"], json!(["string", "null"]));
        assert_eq!(
            strict(&json!({"x-kubernetes-int-or-string": true}))["type"],
            json!(["integer", "string"])
        );
    }

    #[test]
    fn properties_may_be_named_like_keywords_of_schemas() {
        let schema = json!({"properties": {"nullable": {"type": "boolean"}, "x-kubernetes-validations": {}}});
        assert_eq!(strict(&schema)["properties"]["nullable"]["type"], "boolean");
        assert!(strict(&schema)["properties"]["x-kubernetes-validations"].is_object());
    }

    #[test]
    fn a_kind_brings_all_that_it_refers_to_and_nothing_else() {
        let of =
            |to: &str| json!({"properties": {"metadata": {}, "to": {"$ref": format!("#/definitions/{to}")}}});
        let mut top = of("B");
        top["x-kubernetes-group-version-kind"] =
            json!([{"group": "rbac.authorization.k8s.io", "version": "v1", "kind": "Role"}]);
        let document = json!({"definitions": {"A": top, "B": of("C"), "C": of("B"), "D": {}}});
        let schemas = of_openapi(&document).unwrap();
        assert_eq!(schemas.len(), 1);
        assert_eq!(schemas[0].file, "role-rbac-v1.json");
        let needed: Vec<&String> = schemas[0].schema["definitions"].as_object().unwrap().keys().collect();
        assert_eq!(needed, ["A", "B", "C"]);
    }
}
