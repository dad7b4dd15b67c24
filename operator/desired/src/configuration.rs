//! Secrets and service accounts, which everything else reads.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use contracts::Role;
use serde_json::{Map, Value, json};

use crate::{Component, Inputs, Manifest, RootSecret, ValidatedStack, database, messaging, names};

/// The first account of a shop; who may read the Secret of users may use it.
const ADMINISTRATOR: &str = "admin@shop.example";

pub fn root_secret_name(stack: &str) -> String {
    format!("{stack}-root")
}

/// The Secret to create where none exists; it is never applied over one that does, nor pruned.
///
/// One that an earlier stack of the same name owns is about to be collected: wait until it is gone, for credentials
/// derived from it would go with it.
pub fn root_secret(stack: &ValidatedStack, root: &RootSecret) -> Manifest {
    let name = root_secret_name(&stack.name);
    let content =
        json!({ "type": "Opaque", "data": { RootSecret::KEY: BASE64_STANDARD.encode(root.bytes()) } });
    Manifest::new("Secret", stack, Component::Stack, name, content)
}

/// A Secret of text values; as `data`, for `stringData` is never stored and would always seem to be missing.
pub fn secret<'a>(
    stack: &ValidatedStack,
    component: Component,
    name: String,
    values: impl IntoIterator<Item = (&'a str, String)>,
) -> Manifest {
    let encoded: Map<String, Value> =
        values.into_iter().map(|(key, text)| (key.to_owned(), json!(BASE64_STANDARD.encode(text)))).collect();
    Manifest::new("Secret", stack, component, name, json!({ "type": "Opaque", "data": encoded }))
}

pub fn config_map(stack: &ValidatedStack, component: Component, name: String, files: &Value) -> Manifest {
    Manifest::new("ConfigMap", stack, component, name, json!({ "data": files }))
}

/// An identity of its own for each part, without a token: no pod of a stack talks to the API server.
pub fn service_account(stack: &ValidatedStack, component: Component, name: String) -> Manifest {
    let content = json!({ "automountServiceAccountToken": false });
    Manifest::new("ServiceAccount", stack, component, name, content)
}

/// What the role alone may know. None: it has no secrets.
pub fn role_secret(stack: &ValidatedStack, inputs: &Inputs, role: Role) -> Option<Manifest> {
    let (spec, root) = (role.spec(), &inputs.root);
    let mut values = Vec::new();
    if spec.owns_database {
        values.extend(database::urls(stack, inputs, role));
    }
    values.extend(messaging::urls(stack, inputs, role));
    if role == Role::Users {
        values.push(("JWT_SIGNING_KEY", root.jwt_signing_key()));
        values.push(("ADMIN_EMAIL", ADMINISTRATOR.to_owned()));
        values.push(("ADMIN_PASSWORD", root.administrator_password()));
    }
    let name = names::service(stack, role);
    (!values.is_empty()).then(|| secret(stack, Component::Service(role), name, values))
}
