//! The Secret of somebody else's database server.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use operator_api::DatabaseMode;
use operator_desired::{DatabaseState, ExternalServer, Kind, ValidatedStack};

use crate::cluster::{Cluster, Outcome};
use crate::live::LiveObject;

/// None: no data is there or on its way there. What keeps it from being used is told with the key and the command.
pub async fn server(
    cluster: &Cluster,
    checked: &ValidatedStack,
    state: &DatabaseState,
) -> Outcome<Result<Option<ExternalServer>, String>> {
    if !state.modes(checked.database_mode()).contains(&DatabaseMode::External) {
        return Ok(Ok(None));
    }
    let Some(plan) = checked.external_database() else {
        let why = "spec.database.external: the data is on that server until it has moved: put it back";
        return Ok(Err(why.to_owned()));
    };
    let (namespace, name) = (checked.namespace(), plan.secret());
    let edit = |verb: &str| format!("kubectl -n {namespace} {verb} secret {name}");
    let Some(found) = cluster.get(Kind::named("Secret"), namespace, name).await? else {
        let create = format!("kubectl -n {namespace} create secret generic {name} --from-literal=host=HOST");
        return Ok(Err(format!(
            "spec.database.external.secretName names Secret {name}, which does not exist: {create}"
        )));
    };
    let read = ExternalServer::from_data(&data(&found), plan);
    Ok(read.map(Some).map_err(|why| {
        format!("spec.database.external.secretName: in Secret {name}, {why}: {}", edit("edit"))
    }))
}

fn data(secret: &LiveObject) -> BTreeMap<String, Vec<u8>> {
    let values = secret.value["data"].as_object().into_iter().flatten();
    let decoded = |value: &serde_json::Value| STANDARD.decode(value.as_str().unwrap_or_default());
    values.filter_map(|(key, value)| Some((key.clone(), decoded(value).ok()?))).collect()
}
