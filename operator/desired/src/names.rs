//! What the objects of a stack are called. `<stack>-<part>`, and at most 63 characters by the limit on the stack's name.

use contracts::Role;
use contracts::identity::Part;

use crate::ValidatedStack;

/// The vhost of all messages, and the MQTT plugin's.
pub const VHOST: &str = "shop";

pub fn service(stack: &ValidatedStack, role: Role) -> String {
    format!("{}-{role}", stack.name)
}

/// Of what has no name of its own elsewhere.
pub fn part(stack: &ValidatedStack, part: &str) -> String {
    format!("{}-{part}", stack.name)
}

pub fn postgres(stack: &ValidatedStack) -> String {
    format!("{}-postgres", stack.name)
}

/// The Cluster of CloudNativePG, whose own objects are called after it.
pub fn cluster(stack: &ValidatedStack) -> String {
    format!("{}-db", stack.name)
}

/// PgBouncer before it.
pub fn pooler(stack: &ValidatedStack) -> String {
    format!("{}-db-pooler", stack.name)
}

/// What belongs to one role there.
pub fn cluster_role(stack: &ValidatedStack, role: Role) -> String {
    format!("{}-db-{role}", stack.name)
}

/// Work beside the services, such as `backup`.
pub fn errand(stack: &ValidatedStack, name: &str) -> String {
    format!("{}-{name}", stack.name)
}

/// A Job of such work, by what it does.
pub fn errand_job(stack: &ValidatedStack, name: &str, hash: &str) -> String {
    format!("{}-{name}-{hash}", stack.name)
}

/// The volume with the dumps.
pub fn backups(stack: &ValidatedStack) -> String {
    format!("{}-backups", stack.name)
}

pub fn rabbitmq(stack: &ValidatedStack) -> String {
    format!("{}-rabbitmq", stack.name)
}

/// What every node is found under, ready or not.
pub fn rabbitmq_nodes(stack: &ValidatedStack) -> String {
    format!("{}-rabbitmq-nodes", stack.name)
}

/// The Secret with the certificate of a part: `tls.crt`, `tls.key`, and `ca.crt` with every CA that is trusted.
pub fn certificate(stack: &str, part: Part) -> String {
    format!("{stack}-{}-tls", part.name())
}

/// By the stack's name, for the address is in the plan.
pub fn prometheus(stack: &str) -> String {
    format!("{stack}-prometheus")
}

/// The Service by which all pods of services are found, for their metrics.
pub fn metrics(stack: &ValidatedStack) -> String {
    format!("{}-metrics", stack.name)
}

pub fn migration(stack: &ValidatedStack, role: Role, hash: &str) -> String {
    format!("{}-migrate-{role}-{hash}", stack.name)
}

/// Shorter than "contract" would be: with the longest names, a letter more were too many.
pub fn contract(stack: &ValidatedStack, role: Role, hash: &str) -> String {
    format!("{}-drop-{role}-{hash}", stack.name)
}

/// A DNS label that may begin a Service's name.
pub fn is_label(text: &str) -> bool {
    let inside = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    text.len() <= 63
        && text.bytes().all(inside)
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && !text.ends_with('-')
}

/// Labels with dots between them, as names of Secrets, classes and hosts are.
pub fn is_subdomain(text: &str) -> bool {
    let label = |label: &str| {
        let inside = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        (1..=63).contains(&label.len())
            && label.bytes().all(inside)
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    text.len() <= 253 && text.split('.').all(label)
}

/// `name` or `example.com/name`, as the API server wants the keys of labels and annotations.
pub fn is_qualified(key: &str) -> bool {
    let (prefix, name) = key.split_once('/').map_or((None, key), |(prefix, name)| (Some(prefix), name));
    let edge = |c: char| c.is_ascii_alphanumeric();
    let inside = |c: char| edge(c) || "-_.".contains(c);
    (1..=63).contains(&name.len())
        && name.chars().all(inside)
        && name.starts_with(edge)
        && name.ends_with(edge)
        && prefix.is_none_or(|prefix| is_subdomain(&prefix.to_ascii_lowercase()))
}
