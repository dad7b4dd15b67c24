//! The pod, and when it is started anew.

use contracts::identity::Part;
use serde_json::{Value, json};

use crate::manifest::Component::Database;
use crate::pod;
use crate::ports::POSTGRES;
use crate::resources::Demand;
use crate::server::Server;
use crate::{Inputs, Manifest, ValidatedStack, names};

const DATA: &str = "/var/lib/postgresql/data";

pub fn stateful_set(
    stack: &ValidatedStack,
    inputs: &Inputs,
    config: &Manifest,
    roles: &Manifest,
) -> Manifest {
    let name = names::postgres(stack);
    let image = stack.database.embedded.server.image.as_ref().unwrap_or(&inputs.images.postgres);
    let server = Server {
        component: Database,
        part: Part::Postgres,
        container: container(stack, image),
        volumes: volumes(&name),
        reads: vec![config, roles],
        name,
    };
    server.stateful_set(stack)
}

fn container(stack: &ValidatedStack, image: &str) -> Value {
    let version = stack.database.embedded.server.version;
    let bin = format!("/usr/lib/postgresql/{version}/bin");
    let mut container = pod::container(stack, "postgres", image, Demand::of_postgres());
    container["command"] = json!(["/bin/sh", "/etc/ecommercestack/config/start.sh"]);
    container["env"] = json!([
        { "name": "PG_MAJOR", "value": version },
        { "name": "PGDATA", "value": format!("{DATA}/pgdata") },
    ]);
    container["ports"] = json!([pod::container_port("postgres", POSTGRES)]);
    // Recovery after a crash may take minutes; ended in the middle, it would begin again.
    container["startupProbe"] = json!({
        "exec": { "command": [format!("{bin}/pg_isready"), "--quiet", "--host=127.0.0.1", "--username=probe", "--dbname=probe"] },
        "periodSeconds": 1,
        "timeoutSeconds": 3,
        "failureThreshold": 3600,
    });
    // From then on without a process per question.
    container["readinessProbe"] = pod::tcp_probe("postgres", 5, 2);
    container["livenessProbe"] = pod::tcp_probe("postgres", 10, 6);
    // The kubelet's SIGTERM would wait for clients to go by themselves; SIGINT tells them to.
    container["lifecycle"] =
        json!({ "preStop": { "exec": { "command": ["/bin/sh", "-c", "kill -INT 1"] } } });
    container["volumeMounts"] = json!([
        { "name": "data", "mountPath": DATA },
        { "name": "config", "mountPath": "/etc/ecommercestack/config", "readOnly": true },
        { "name": "roles", "mountPath": "/etc/ecommercestack/roles", "readOnly": true },
        { "name": "run", "mountPath": "/run/postgresql" },
        { "name": "tmp", "mountPath": "/tmp" },
    ]);
    container
}

fn volumes(name: &str) -> Value {
    json!([
        { "name": "data", "persistentVolumeClaim": { "claimName": name } },
        { "name": "config", "configMap": { "name": name, "defaultMode": 0o444 } },
        { "name": "roles", "secret": { "secretName": name, "defaultMode": 0o440 } },
        { "name": "run", "emptyDir": { "medium": "Memory", "sizeLimit": "1Mi" } },
        { "name": "tmp", "emptyDir": { "sizeLimit": "64Mi" } },
    ])
}
