//! The Cluster: servers, volumes, and the settings that the services rely on.

use serde_json::{Map, Value, json};

use crate::manifest::Component::Database;
use crate::resources::Demand;
use crate::{Manifest, ValidatedStack, names};

/// For replication, the operator's own sessions, and people.
const CONNECTIONS_BESIDE: u32 = 30;

pub fn cluster(stack: &ValidatedStack) -> Manifest {
    let plan = &stack.database.cloud_native_pg;
    let mut spec = json!({
        "instances": plan.instances,
        "storage": { "size": plan.volume.size.canonical() },
        "enableSuperuserAccess": false,
        // The shop's own databases come as Databases; this one is only because there must be one.
        "bootstrap": { "initdb": {
            "database": "app",
            "owner": "app",
            "encoding": "UTF8",
            "localeProvider": "builtin",
            "builtinLocale": "C.UTF-8",
            "locale": "C.UTF-8",
            "dataChecksums": true,
        } },
        "postgresql": { "parameters": parameters() },
        "resources": Demand::of_postgres().manifest(),
        // Two servers on one node would go with it.
        "affinity": { "enablePodAntiAffinity": true, "podAntiAffinityType": "preferred", "topologyKey": "kubernetes.io/hostname" },
    });
    if let Some(class) = &plan.volume.class {
        spec["storage"]["storageClass"] = json!(class);
    }
    if let Some(image) = &plan.image {
        spec["imageName"] = json!(image);
    }
    if !stack.pull.secrets.is_empty() {
        let secrets = stack.pull.secrets.iter().map(|name| json!({ "name": name }));
        spec["imagePullSecrets"] = secrets.collect();
    }
    if plan.pooler {
        spec["certificates"] = json!({ "serverAltDNSNames": pooler_names(stack) });
    }
    merge(&mut spec, &plan.overrides);
    let cluster = Manifest::new("Cluster", stack, Database, names::cluster(stack), json!({ "spec": spec }));
    // Its volumes go with it.
    if stack.keeps_volumes { cluster.without_owner() } else { cluster }
}

/// What a session of a service sets for itself where it has one of its own; through PgBouncer it has none.
fn parameters() -> Value {
    let connections = super::owners().map(|_| super::roles::CONNECTIONS).sum::<u32>() + CONNECTIONS_BESIDE;
    json!({
        "max_connections": connections.to_string(),
        "statement_timeout": "10s",
        "lock_timeout": "5s",
        "idle_in_transaction_session_timeout": "15s",
        "tcp_keepalives_idle": "10",
        "tcp_keepalives_interval": "3",
        "tcp_keepalives_count": "3",
        "jit": "false",
    })
}

/// PgBouncer shows the servers' certificate, which must name it.
fn pooler_names(stack: &ValidatedStack) -> Vec<String> {
    let (pooler, namespace) = (names::pooler(stack), &stack.namespace);
    vec![
        pooler.clone(),
        format!("{pooler}.{namespace}"),
        format!("{pooler}.{namespace}.svc"),
        format!("{pooler}.{namespace}.svc.cluster.local"),
    ]
}

/// Objects are merged, everything else is replaced, and null takes away.
fn merge(into: &mut Value, overrides: &Map<String, Value>) {
    if !into.is_object() {
        *into = json!({});
    }
    let Some(fields) = into.as_object_mut() else { return };
    for (key, value) in overrides {
        match value {
            Value::Null => drop(fields.remove(key)),
            Value::Object(inner) => merge(fields.entry(key.as_str()).or_insert_with(|| json!({})), inner),
            other => drop(fields.insert(key.clone(), other.clone())),
        }
    }
}
