//! `ecommerce-operator render -f stack.yaml`: the objects of a stack, without a cluster.
//!
//! Credentials come from a root secret that only a cluster has. Here it is all zeros, and what is derived from it is
//! not shown, lest somebody apply it; hashes of configuration differ from those in a cluster for the same reason.

mod unknown_fields;

use std::collections::BTreeMap;
use std::path::Path;

use kube::CustomResourceExt;
use operator_api::EcommerceStack;
use operator_desired::{Desired, Inputs, Invalid, Offers, RootSecret, Step, build, validate};
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::settings::images_for_render;
use crate::{output, yaml};

const DERIVED: &str = "<derived in the cluster from the stack's root secret>";

pub fn print(file: &Path) -> Result<(), Failure> {
    let stack = parse(&read(file)?).map_err(|why| Failure::input(format!("{}: {why}", file.display())))?;
    let checked = validate(&stack)
        .map_err(|invalid| Failure::input(format!("{}: {}", file.display(), said(&invalid))))?;
    let inputs = Inputs {
        root: RootSecret::new([0; 32]),
        images: images_for_render(),
        offers: Offers { keda: true, pod_monitors: true },
        bounds: BTreeMap::new(),
        paused: BTreeMap::new(),
        credentials: None,
    };
    output::print(&text(&build(&checked, &inputs))?)
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

fn text(desired: &Desired) -> Result<String, Failure> {
    let mut text =
        String::from("# Rendered by `ecommerce-operator render`. The operator applies these in waves.\n");
    for wave in &desired.waves {
        for manifest in &wave.manifests {
            let mut value = manifest.value().clone();
            if let Some(replicas) = manifest.initial_replicas() {
                value["spec"]["replicas"] = json!(replicas);
            }
            if manifest.kind().kind == "Secret" {
                redact(&mut value);
            }
            let document = yaml::write(&value).map_err(Failure::run)?;
            text.push_str(&format!("---\n# wave: {}\n{document}", name(wave.step)));
        }
    }
    Ok(text)
}

fn redact(secret: &mut Value) {
    let values = ["data", "stringData"]
        .into_iter()
        .filter_map(|key| secret.get(key).and_then(Value::as_object).cloned());
    let redacted: serde_json::Map<String, Value> =
        values.flat_map(|fields| fields.into_iter().map(|(key, _)| (key, json!(DERIVED)))).collect();
    if let Some(fields) = secret.as_object_mut() {
        fields.remove("data");
        fields.insert("stringData".to_owned(), Value::Object(redacted));
    }
}

fn name(step: Step) -> &'static str {
    match step {
        Step::Config => "config",
        Step::Infrastructure => "infrastructure",
        Step::Migrations => "migrations",
        Step::Services => "services",
    }
}
