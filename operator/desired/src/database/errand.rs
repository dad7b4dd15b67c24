//! A pod that runs a script with Postgres' own programs against the services' databases, as the services' own roles: what such a pod
//! reads, and what it is allowed.

use contracts::identity::Part;
use operator_api::DatabaseMode;
use serde_json::{Value, json};

use super::{address, owners, password};
use crate::configuration::{config_map, secret, service_account};
use crate::pod::{self, SERVER_UID, TLS_DIR};
use crate::resources::Demand;
use crate::{Component, Inputs, Manifest, ValidatedStack, hash, metadata, names};

/// Where the script and the service file are.
const SCRIPT_DIR: &str = "/etc/ecommercestack/script";
const SERVICE_DIR: &str = "/etc/ecommercestack/databases";

/// A kind of work, with an account, a script and a file of addresses of its own.
pub struct Errand<'a> {
    pub stack: &'a ValidatedStack,
    pub inputs: &'a Inputs,
    pub component: Component,
    /// What follows the stack's name in the names of its objects.
    pub name: &'static str,
    pub script: &'static str,
    /// Databases that it connects to; what each section of the service file is called is this and the role.
    pub databases: &'a [(&'static str, DatabaseMode)],
}

impl Errand<'_> {
    pub fn object_name(&self) -> String {
        names::errand(self.stack, self.name)
    }

    /// Account, script and addresses, with whatever else the script reads from `files`.
    pub fn configuration(&self, files: Vec<(&'static str, String)>) -> Vec<Manifest> {
        let Self { stack, component, script, .. } = *self;
        let name = || self.object_name();
        let mut values = vec![("pg_service.conf", self.service_file())];
        values.extend(files);
        vec![
            service_account(stack, component, name()),
            config_map(stack, component, name(), &json!({ "run.sh": script })),
            secret(stack, component, name(), values),
        ]
    }

    fn service_file(&self) -> String {
        let mut text = String::new();
        for (prefix, mode) in self.databases {
            let address = address(self.stack, self.inputs, *mode);
            for role in owners() {
                let password = password(self.stack, self.inputs, *mode, role);
                let section = format!("{prefix}{role}");
                text.push_str(&address.section(&section, role, &password, &authority_dir(prefix)));
            }
        }
        text
    }

    /// A container of Postgres' image that runs the script.
    pub fn container(&self, variables: &[(&str, String)]) -> Value {
        let server = &self.stack.database.embedded.server;
        let image = server.image.as_ref().unwrap_or(&self.inputs.images.postgres);
        let mut container = pod::container(self.stack, self.name, image, Demand::of_an_errand());
        container["command"] = json!(["/bin/sh", format!("{SCRIPT_DIR}/run.sh")]);
        let roles: Vec<&str> = owners().map(contracts::Role::name).collect();
        let own = [
            ("PG_MAJOR", server.version.to_owned()),
            ("PGSERVICEFILE", format!("{SERVICE_DIR}/pg_service.conf")),
            ("ROLES", roles.join(" ")),
        ];
        container["env"] = own
            .iter()
            .chain(variables)
            .map(|(name, value)| json!({ "name": name, "value": value }))
            .collect();
        container["volumeMounts"] = json!([
            { "name": "script", "mountPath": SCRIPT_DIR, "readOnly": true },
            { "name": "databases", "mountPath": SERVICE_DIR, "readOnly": true },
            { "name": "tmp", "mountPath": "/tmp" },
        ]);
        container
    }

    /// A pod around it, with whatever certificates its connections need.
    pub fn pod_spec(&self, container: &Value) -> Value {
        let name = self.object_name();
        let mut spec = pod::spec(self.stack, &name, SERVER_UID, container);
        // A new pod for each attempt, so that the logs of every one remain.
        spec["restartPolicy"] = json!("Never");
        spec["volumes"] = json!([
            { "name": "script", "configMap": { "name": name, "defaultMode": 0o444 } },
            { "name": "databases", "secret": { "secretName": name, "defaultMode": 0o440 } },
            { "name": "tmp", "emptyDir": { "sizeLimit": "64Mi" } },
        ]);
        pod::own_volumes(&mut spec, SERVER_UID);
        for (prefix, mode) in self.databases {
            let address = address(self.stack, self.inputs, *mode);
            if let Some(authority) = &address.authority {
                mount_authority(&mut spec, &format!("{prefix}ca"), &authority_dir(prefix), authority);
            }
            if address.asks_certificate {
                mount_certificates(self.stack, &mut spec);
            }
        }
        spec
    }
}

fn authority_dir(prefix: &str) -> String {
    format!("/etc/ecommercestack/{prefix}ca")
}

/// `ca.crt` of a Secret, and nothing else that is in it.
pub fn mount_authority(spec: &mut Value, volume: &str, directory: &str, secret: &str) {
    let source = json!({
        "secretName": secret,
        "defaultMode": 0o440,
        "items": [{ "key": "ca.crt", "path": "ca.crt" }],
    });
    pod::push(&mut spec["volumes"], json!({ "name": volume, "secret": source }));
    let mount = json!({ "name": volume, "mountPath": directory, "readOnly": true });
    pod::push(&mut spec["containers"][0]["volumeMounts"], mount);
}

/// Postgres wants each role's own.
fn mount_certificates(stack: &ValidatedStack, spec: &mut Value) {
    for role in owners() {
        let volume = format!("tls-{role}");
        let secret = names::certificate(&stack.name, Part::Role(role));
        let source = json!({ "secretName": secret, "defaultMode": 0o440 });
        pod::push(&mut spec["volumes"], json!({ "name": volume, "secret": source }));
        let mount = json!({ "name": volume, "mountPath": format!("{TLS_DIR}/{role}"), "readOnly": true });
        pod::push(&mut spec["containers"][0]["volumeMounts"], mount);
    }
}

/// Named after its own content: a Job can't be changed, and the finished one is the record that this work is done. So it has no
/// time to live, and to delete a failed one is to try again.
pub fn job_of(
    stack: &ValidatedStack,
    component: Component,
    name: &str,
    pod_spec: &Value,
    reads: &[&Manifest],
) -> Manifest {
    let spec = json!({
        "backoffLimit": 3,
        "template": { "metadata": { "labels": metadata::labels(stack, component) }, "spec": pod_spec },
    });
    let mut hashed = vec![&spec];
    hashed.extend(reads.iter().map(|manifest| manifest.data()));
    let name = names::errand_job(stack, name, &hash::short(&hashed));
    Manifest::new("Job", stack, component, name, json!({ "spec": spec }))
}
