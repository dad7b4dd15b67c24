//! What the superuser runs on every start.

use crate::RootSecret;
use crate::database::roles_script;

pub fn script(root: &RootSecret) -> String {
    // A statement that fails is logged with its text, and some hold a password.
    roles_script(root, "SET log_min_error_statement = panic;\n", statements)
}

/// `name` and `password` come from our own table and alphabet, so that nothing in them needs escaping.
fn statements(name: &str, password: &str) -> String {
    format!(
        r#"
SELECT 'CREATE ROLE "{name}"' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{name}') \gexec
ALTER ROLE "{name}" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD '{password}';
SELECT 'CREATE DATABASE "{name}" OWNER "{name}"' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '{name}') \gexec
REVOKE ALL ON DATABASE "{name}" FROM PUBLIC;
"#
    )
}
