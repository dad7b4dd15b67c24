//! Somebody else's server: what its Secret says, and the Job that makes roles and databases there where it may.

use std::collections::BTreeMap;

use contracts::Role;
use operator_api::DatabaseMode;
use serde_json::json;

use super::address::{Address, SslMode};
use super::errand::{job_of, mount_authority};
use super::{External, owners, roles_script};
use crate::configuration::{config_map, secret, service_account};
use crate::fields::Fields;
use crate::pod::{self, SERVER_UID};
use crate::ports::POSTGRES;
use crate::resources::Demand;
use crate::{Component, Inputs, Manifest, RootSecret, ValidatedStack, names};

const NAME: &str = "database";
const SCRIPT_DIR: &str = "/etc/ecommercestack/roles";
const CA_DIR: &str = "/etc/ecommercestack/database-ca";

/// Where the server is, and what it asks for.
#[derive(Clone, PartialEq, Eq)]
pub struct ExternalServer {
    host: String,
    port: u16,
    read_host: Option<String>,
    ssl: SslMode,
    ca: Option<String>,
    /// Empty where the operator makes the roles.
    passwords: BTreeMap<Role, String>,
}

impl ExternalServer {
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// From the Secret's data; or what is wrong with it, without telling any of it.
    pub fn from_data(data: &BTreeMap<String, Vec<u8>>, plan: &External) -> Result<Self, String> {
        let fields = Fields(data);
        let ca = fields.pem("ca.crt")?;
        let ssl = match fields.find("sslmode")? {
            Some(name) => {
                SslMode::named(&name).ok_or("sslmode must be disable, require, verify-ca or verify-full")?
            }
            None if ca.is_some() => SslMode::VerifyFull,
            None => SslMode::Require,
        };
        let mut passwords = BTreeMap::new();
        if plan.admin_secret.is_none() {
            for role in owners() {
                passwords.insert(role, fields.need(&format!("{role}.password"))?);
            }
        }
        Ok(Self {
            host: fields.host("host")?.ok_or("it must hold host")?,
            port: fields.port("port", POSTGRES)?,
            read_host: fields.host("readHost")?,
            ssl,
            ca,
            passwords,
        })
    }

    /// Of a stack that is rendered without a cluster.
    fn unknown() -> Self {
        Self {
            host: "database.invalid".to_owned(),
            port: POSTGRES,
            read_host: None,
            ssl: SslMode::VerifyFull,
            ca: None,
            passwords: BTreeMap::new(),
        }
    }
}

/// No password.
impl std::fmt::Debug for ExternalServer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ExternalServer").field("host", &self.host).finish_non_exhaustive()
    }
}

fn server(inputs: &Inputs) -> ExternalServer {
    inputs.database.external.clone().unwrap_or_else(ExternalServer::unknown)
}

pub fn address(stack: &ValidatedStack, inputs: &Inputs) -> Address {
    let server = server(inputs);
    Address {
        host: server.host,
        port: server.port,
        session_host: None,
        read_host: server.read_host,
        ssl: server.ssl,
        authority: server.ca.map(|_| names::errand(stack, NAME)),
        asks_certificate: false,
    }
}

/// None: the operator gives the role one, which the Job sets.
pub fn password(_: &ValidatedStack, inputs: &Inputs, role: Role) -> Option<String> {
    inputs.database.external.as_ref()?.passwords.get(&role).cloned()
}

/// A copy of the certificate without whatever else is in the user's Secret, and what the Job reads.
pub fn configuration(stack: &ValidatedStack, inputs: &Inputs) -> Vec<Manifest> {
    let mut values: Vec<(&str, String)> = Vec::new();
    values.extend(server(inputs).ca.map(|ca| ("ca.crt", ca)));
    let name = || names::errand(stack, NAME);
    let mut all = Vec::new();
    if makes_roles(stack) {
        values.push(("roles.sql", script(&inputs.root)));
        all.push(service_account(stack, Component::Setup, name()));
        all.push(config_map(
            stack,
            Component::Setup,
            name(),
            &json!({ "run.sh": include_str!("external/setup.sh") }),
        ));
    }
    if !values.is_empty() {
        all.push(secret(stack, Component::Setup, name(), values));
    }
    all
}

fn makes_roles(stack: &ValidatedStack) -> bool {
    admin(stack).is_some()
}

fn admin(stack: &ValidatedStack) -> Option<&str> {
    stack.database.external.as_ref()?.admin_secret.as_deref()
}

/// An administrator of somebody else's server is rarely a superuser: what only such a one may say is left out, and to make a
/// database for a role one must be a member of it.
fn script(root: &RootSecret) -> String {
    // Who may, has failing statements logged without their text.
    let prologue = "SELECT 'SET log_min_error_statement = panic' FROM pg_roles WHERE rolname = current_user AND rolsuper \\gexec\n";
    roles_script(root, prologue, |name, password| {
        format!(
            r#"
SELECT 'CREATE ROLE "{name}"' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{name}') \gexec
ALTER ROLE "{name}" LOGIN PASSWORD '{password}';
SELECT 'GRANT "{name}" TO CURRENT_USER' WHERE NOT pg_has_role(current_user, '{name}', 'SET') \gexec
SELECT 'CREATE DATABASE "{name}" OWNER "{name}"' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '{name}') \gexec
REVOKE ALL ON DATABASE "{name}" FROM PUBLIC;
"#
        )
    })
}

/// A server that has moved gets its roles anew. The administrator's password is no part of the Job, and the operator never reads it.
pub fn job(stack: &ValidatedStack, inputs: &Inputs) -> Option<Manifest> {
    let used = super::modes(stack, inputs).contains(&DatabaseMode::External);
    let admin = admin(stack).filter(|_| used)?;
    let server = server(inputs);
    let embedded = &stack.database.embedded.server;
    let image = embedded.image.as_ref().unwrap_or(&inputs.images.postgres);
    let mut container = pod::container(stack, NAME, image, Demand::of_an_errand());
    container["command"] = json!(["/bin/sh", "/etc/ecommercestack/script/run.sh"]);
    let of_admin = |key: &str| json!({ "secretKeyRef": { "name": admin, "key": key } });
    let root_certificate = if server.ca.is_some() { format!("{CA_DIR}/ca.crt") } else { "system".to_owned() };
    container["env"] = json!([
        { "name": "PG_MAJOR", "value": embedded.version },
        { "name": "PGHOST", "value": server.host },
        { "name": "PGPORT", "value": server.port.to_string() },
        { "name": "PGDATABASE", "value": "postgres" },
        { "name": "PGSSLMODE", "value": server.ssl.name() },
        { "name": "PGUSER", "valueFrom": of_admin("username") },
        { "name": "PGPASSWORD", "valueFrom": of_admin("password") },
    ]);
    if server.ssl.verifies() {
        pod::push(&mut container["env"], json!({ "name": "PGSSLROOTCERT", "value": root_certificate }));
    }
    container["volumeMounts"] = json!([
        { "name": "script", "mountPath": "/etc/ecommercestack/script", "readOnly": true },
        { "name": "roles", "mountPath": SCRIPT_DIR, "readOnly": true },
        { "name": "tmp", "mountPath": "/tmp" },
    ]);
    let name = names::errand(stack, NAME);
    let mut spec = pod::spec(stack, &name, SERVER_UID, &container);
    spec["restartPolicy"] = json!("Never");
    spec["volumes"] = json!([
        { "name": "script", "configMap": { "name": name, "defaultMode": 0o444 } },
        { "name": "roles", "secret": { "secretName": name, "defaultMode": 0o440 } },
        { "name": "tmp", "emptyDir": { "sizeLimit": "1Mi" } },
    ]);
    pod::own_volumes(&mut spec, SERVER_UID);
    if server.ca.is_some() {
        mount_authority(&mut spec, "database-ca", CA_DIR, &name);
    }
    let reads = configuration(stack, inputs);
    let reads: Vec<&Manifest> = reads.iter().collect();
    Some(job_of(stack, Component::Setup, NAME, &spec, &reads))
}
