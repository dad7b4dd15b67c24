//! Limits of the schema, and that what it gives as defaults is what the types do.

use kube::CustomResourceExt;
use serde_json::{Value, json};

use super::schema;
use crate::{ConditionType, EcommerceStack, EcommerceStackSpec};

/// Calls `visit` with every schema below this one, and its path.
fn walk(schema: &Value, path: &str, visit: &mut impl FnMut(&Value, &str)) {
    visit(schema, path);
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        walk(property, &format!("{path}.{name}"), visit);
    }
    for (key, mark) in [("items", "[]"), ("additionalProperties", "{}")] {
        if schema[key].is_object() {
            walk(&schema[key], &format!("{path}{mark}"), visit);
        }
    }
}

/// Rules cost what the longest value costs, so a value without a limit makes rules unaffordable.
#[test]
fn every_field_of_the_spec_is_bounded() {
    walk(&schema()["properties"]["spec"], "spec", &mut |schema, path| {
        let bounded = match schema["type"].as_str() {
            Some("string") => schema["maxLength"].is_u64() || schema["enum"].is_array(),
            Some("array") => schema["maxItems"].is_u64(),
            Some("integer") => schema["maximum"].is_number() && schema["minimum"].is_number(),
            Some("object") if schema["additionalProperties"].is_object() => schema["maxProperties"].is_u64(),
            // Raw fields of somebody else's: no rule looks into them.
            Some("object") if schema["x-kubernetes-preserve-unknown-fields"] == true => true,
            Some("object") => schema["properties"].is_object(),
            Some("boolean") => true,
            _ => false,
        };
        assert!(bounded, "{path}: {schema}");
    });
}

#[test]
fn every_field_of_the_spec_explains_itself() {
    let described = |schema: &Value| schema["description"].as_str().is_some_and(|text| !text.is_empty());
    walk(&schema()["properties"]["spec"], "spec", &mut |schema, path| {
        let inside_list = path.ends_with("[]") || path.ends_with("{}");
        assert!(inside_list || described(schema), "{path} has no description");
    });
}

/// The API server warns about formats that it does not know.
#[test]
fn no_format_is_one_that_only_rust_knows() {
    walk(schema(), "", &mut |schema, path| {
        let format = schema["format"].as_str().unwrap_or("int32");
        assert!(["int32", "int64", "date-time"].contains(&format), "{path}: {format}");
    });
}

#[test]
fn the_definition_is_small() {
    let text = serde_json::to_string(&EcommerceStack::crd()).unwrap();
    assert!(text.len() < 200_000, "{} bytes", text.len());
}

#[test]
fn an_empty_spec_and_one_that_spells_out_every_default_are_the_same() {
    let spec: EcommerceStackSpec = serde_json::from_value(json!({})).unwrap();
    assert_eq!(spec, EcommerceStackSpec::default());
    let spelled_out = serde_json::to_value(&spec).unwrap();
    assert_eq!(serde_json::from_value::<EcommerceStackSpec>(spelled_out).unwrap(), spec);
}

/// The API server fills in what the schema says; a service that is only mentioned must run like one that is not.
#[test]
fn defaults_of_the_schema_are_those_of_the_types() {
    let filled = kube_cel::apply_defaults(schema(), &json!({ "spec": { "services": { "orders": {} } } }));
    let read: EcommerceStackSpec = serde_json::from_value(filled["spec"].clone()).unwrap();
    let orders = read.services.orders.clone().unwrap();
    assert_eq!(orders, crate::OrdersService::default());
    assert_eq!(
        EcommerceStackSpec { services: crate::Services::default(), ..read },
        EcommerceStackSpec::default()
    );
    assert_eq!(filled["spec"]["services"]["orders"]["config"]["cancellationWindowSeconds"], 30);
    assert_eq!(filled["spec"]["database"]["embedded"]["storage"]["size"], "1Gi");
}

#[test]
fn lists_that_several_writers_share_are_merged_by_key() {
    let status = &schema()["properties"]["status"]["properties"];
    for (list, key) in [("conditions", "type"), ("services", "name")] {
        assert_eq!(status[list]["x-kubernetes-list-type"], "map", "{list}");
        assert_eq!(status[list]["x-kubernetes-list-map-keys"], json!([key]), "{list}");
    }
}

#[test]
fn reasons_are_words_that_scripts_can_match() {
    for condition in ConditionType::ALL {
        assert!(!condition.reasons().is_empty(), "{condition}");
        for reason in condition.reasons() {
            assert!(reason.name().chars().all(|c| c.is_ascii_alphanumeric()), "{reason}");
        }
    }
}

#[test]
fn the_limit_on_names_is_the_one_in_the_rule() {
    let rule = schema()["x-kubernetes-validations"][0]["rule"].as_str().unwrap().to_owned();
    assert!(rule.contains(&format!("<= {}", crate::MAX_NAME_LENGTH)), "{rule}");
}

#[test]
fn kubectl_finds_it_by_a_short_name_among_all_and_by_version() {
    let definition = serde_json::to_value(EcommerceStack::crd()).unwrap();
    let names = &definition["spec"]["names"];
    assert_eq!((&names["shortNames"], &names["categories"]), (&json!(["ecom"]), &json!(["all"])));
    let version = &definition["spec"]["versions"][0];
    assert_eq!(version["selectableFields"], json!([{ "jsonPath": ".spec.version" }]));
    let columns = |wide: bool| -> Vec<&str> {
        let columns = version["additionalPrinterColumns"].as_array().unwrap().iter();
        let shown = columns.filter(|column| (column["priority"].as_i64().unwrap_or_default() > 0) == wide);
        shown.map(|column| column["name"].as_str().unwrap()).collect()
    };
    assert_eq!(columns(false), ["Ready", "Status", "Version", "Services", "Age"]);
    assert_eq!(columns(true), ["Scaling", "Holds", "DB", "MQ", "URL", "Message"]);
}
