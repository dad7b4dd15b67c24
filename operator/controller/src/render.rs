//! `ecommerce-operator render -f stack.yaml`: the objects of a stack, without a cluster.
//!
//! Credentials come from a root secret that only a cluster has. Here it is all zeros, and what is derived from it is
//! not shown, lest somebody apply it; hashes of configuration differ from those in a cluster for the same reason.

use std::collections::BTreeMap;
use std::path::Path;

use operator_desired::{
    BrokerInputs, DatabaseInputs, Desired, Inputs, Offers, RootSecret, Step, build, contracts_of_roles,
};
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::settings::{images_for_render, namespace_for_render};
use crate::{output, stack_file, yaml};

const DERIVED: &str = "<derived in the cluster from the stack's root secret>";

pub fn print(file: &Path) -> Result<(), Failure> {
    output::print(&text(&build(&stack_file::checked(file)?, &inputs()))?)
}

/// Of a cluster that knows every kind, for a stack that is only a file.
pub fn inputs() -> Inputs {
    Inputs {
        root: RootSecret::new([0; 32]),
        images: images_for_render(),
        contracts: contracts_of_roles(),
        offers: Offers::all(),
        bounds: BTreeMap::new(),
        paused: BTreeMap::new(),
        credentials: None,
        broker: BrokerInputs::default(),
        database: DatabaseInputs::default(),
        operator_namespace: namespace_for_render(),
    }
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
        Step::Setup => "setup",
        Step::Migrations => "migrations",
        Step::Services => "services",
        Step::Contract => "contract",
    }
}
