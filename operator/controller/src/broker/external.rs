//! The Secret that tells where somebody else's broker is.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use operator_desired::{ExternalBroker, Kind, MessagingPlan, ValidatedStack};
use serde_json::Value;

use crate::cluster::{Cluster, Outcome};
use crate::live::LiveObject;

/// None: the stack has no need of one. Otherwise the broker, or why nothing can be built: what runs goes on with what it knows.
pub async fn external(
    cluster: &Cluster,
    checked: Option<&ValidatedStack>,
) -> Outcome<Option<Result<ExternalBroker, String>>> {
    let Some((stack, MessagingPlan::External { secret: name })) =
        checked.map(|stack| (stack, stack.messaging()))
    else {
        return Ok(None);
    };
    let namespace = stack.namespace();
    let found = cluster.get(Kind::named("Secret"), namespace, name).await?;
    let broker = match &found {
        None => Err("it does not exist".to_owned()),
        Some(secret) => ExternalBroker::from_data(&data(secret)),
    };
    Ok(Some(broker.map_err(|why| {
        let keys = "--from-literal=host=HOST --from-literal=username=USER --from-literal=password=PASSWORD";
        format!(
            "spec.messaging.external.secretName names Secret {name}: {why}: \
             kubectl -n {namespace} create secret generic {name} {keys}"
        )
    })))
}

/// Decoded; what is no base64 is left out.
pub fn data(secret: &LiveObject) -> BTreeMap<String, Vec<u8>> {
    let fields = secret.value["data"].as_object();
    let decoded = |value: &Value| STANDARD.decode(value.as_str()?).ok();
    fields.into_iter().flatten().filter_map(|(key, value)| Some((key.clone(), decoded(value)?))).collect()
}
