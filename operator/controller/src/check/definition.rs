//! Whether the definition in the cluster has every field that this operator knows.

use kube::{Client, CustomResourceExt, Resource};
use operator_api::EcommerceStack;
use serde_json::Value;

use crate::client;
use crate::failure::Failure;

/// So many of the fields that are lacking are told by name.
const NAMED: usize = 3;
const MEND: &str = "upgrade the chart with crds.install=true, or kubectl apply --server-side -f crds/";

/// How many fields there are. Older operators know fewer, which does no harm: they look at what they know.
pub async fn complete(client: &Client) -> Result<usize, Failure> {
    let ours = serde_json::to_value(EcommerceStack::crd()).expect("a definition is JSON");
    let ours = &ours["spec"]["versions"][0]["schema"]["openAPIV3Schema"];
    let installed = installed(client).await?;
    let mut lacking = Vec::new();
    let fields = compare(ours, &installed, String::new(), &mut lacking);
    if lacking.is_empty() {
        return Ok(fields);
    }
    let more = lacking.len().saturating_sub(NAMED);
    let more = if more == 0 { String::new() } else { format!(" and {more} more") };
    lacking.truncate(NAMED);
    Err(Failure::run(format!(
        "the definition of EcommerceStack in the cluster lacks {}{more}: {MEND}",
        lacking.join(", ")
    )))
}

/// As the API server publishes it: everyone may read that, while definitions are for administrators.
async fn installed(client: &Client) -> Result<Value, Failure> {
    let path = format!("/openapi/v3/apis/{}", EcommerceStack::api_version(&()));
    let request = hyper::Request::get(&path).body(Vec::new()).expect("the path is a path");
    let document: Value = match client.request(request).await {
        Ok(document) => document,
        Err(error) if client::answered(&error, 404) => {
            return Err(Failure::run(format!("the cluster has no definition of EcommerceStack: {MEND}")));
        }
        Err(error) => {
            return Err(Failure::run(format!("could not read {path}: {}", client::reason(&error))));
        }
    };
    let schemas = document["components"]["schemas"].as_object();
    let found = schemas.into_iter().flatten().find(|(name, _)| name.ends_with(".EcommerceStack"));
    let (_, schema) = found.ok_or_else(|| Failure::run(format!("{path} does not tell of EcommerceStack")))?;
    Ok(schema.clone())
}

/// Counts our fields and notes those that the other one lacks; below a field that is lacking, all of them are.
fn compare(ours: &Value, theirs: &Value, path: String, lacking: &mut Vec<String>) -> usize {
    let mut count = 0;
    for (name, field) in ours["properties"].as_object().into_iter().flatten() {
        // What every object has; the cluster describes it elsewhere.
        if path.is_empty() && !["spec", "status"].contains(&name.as_str()) {
            continue;
        }
        let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        count += 1;
        match theirs["properties"].get(name) {
            Some(theirs) => count += compare(field, theirs, path, lacking),
            None => lacking.push(path),
        }
    }
    for (within, mark) in [("items", "[]"), ("additionalProperties", ".*")] {
        if ours[within].is_object() {
            count += compare(&ours[within], &theirs[within], format!("{path}{mark}"), lacking);
        }
    }
    count
}
