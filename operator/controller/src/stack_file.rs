//! An EcommerceStack in a file, for commands that need no cluster.

mod unknown_fields;

use std::path::Path;

use kube::CustomResourceExt;
use operator_api::EcommerceStack;
use operator_desired::{Invalid, ValidatedStack, validate};
use serde_json::Value;

use crate::failure::Failure;
use crate::yaml;

/// Refuses what the API server would, and what a reconcile would. `-` is standard input.
pub fn checked(file: &Path) -> Result<ValidatedStack, Failure> {
    let stack = parse(&read(file)?).map_err(|why| Failure::input(format!("{}: {why}", file.display())))?;
    validate(&stack).map_err(|invalid| Failure::input(format!("{}: {}", file.display(), said(&invalid))))
}

/// The object itself, which may yet contradict itself.
pub fn object(file: &Path) -> Result<EcommerceStack, Failure> {
    parse(&read(file)?).map_err(|why| Failure::input(format!("{}: {why}", file.display())))
}

fn read(file: &Path) -> Result<String, Failure> {
    let read = if file == Path::new("-") {
        std::io::read_to_string(std::io::stdin())
    } else {
        std::fs::read_to_string(file)
    };
    read.map_err(|error| Failure::input(format!("could not read {}: {error}", file.display())))
}

/// Refuses what the API server would: another kind, unknown fields, wrong types.
fn parse(text: &str) -> Result<EcommerceStack, String> {
    let value: Value = yaml::read(text)?;
    for (field, wanted) in [("apiVersion", "ecommercestack.dev/v1alpha1"), ("kind", "EcommerceStack")] {
        match value[field].as_str() {
            Some(found) if found == wanted => {}
            Some(found) => return Err(format!("{field}: is {found}, and must be {wanted}")),
            None => return Err(format!("{field}: is missing, and must be {wanted}")),
        }
    }
    if value.get("spec").is_none() {
        return Err("spec: is missing (`spec: {}` is a shop with all defaults)".to_owned());
    }
    if let Some(path) = unknown_fields::first(&value, &schema()) {
        return Err(format!("{path}: unknown field"));
    }
    let mut stack: EcommerceStack = yaml::read(text)?;
    if stack.metadata.name.is_none() {
        return Err("metadata.name: is missing".to_owned());
    }
    stack.metadata.namespace.get_or_insert_with(|| "default".to_owned());
    Ok(stack)
}

fn schema() -> Value {
    let crd = serde_json::to_value(EcommerceStack::crd()).expect("the CRD is JSON");
    crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"].clone()
}

fn said(invalid: &[Invalid]) -> String {
    invalid.iter().map(|field| format!("{}: {}", field.path, field.message)).collect::<Vec<_>>().join("; ")
}
