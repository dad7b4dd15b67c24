//! RBAC: what the operator's roles don't permit is refused, and what was needed is remembered.

use std::collections::BTreeSet;

use k8s_openapi::api::rbac::v1::PolicyRule;
use serde_json::{Value, json};

use super::{Asked, Store};
use crate::rbac::{Rules, rules};

/// A verb on a resource of a group.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Permit {
    pub group: String,
    pub resource: String,
    pub verb: String,
}

pub struct Permits {
    rules: Rules,
    used: BTreeSet<Permit>,
    granted: BTreeSet<Permit>,
    /// None: the whole cluster.
    namespaces: Option<Vec<String>>,
}

impl Default for Permits {
    fn default() -> Self {
        Self { rules: rules(), used: BTreeSet::new(), granted: BTreeSet::new(), namespaces: None }
    }
}

impl Permits {
    pub fn used(&self) -> &BTreeSet<Permit> {
        &self.used
    }

    pub fn grant(&mut self, permit: Permit) {
        self.granted.insert(permit);
    }

    pub fn confine_to(&mut self, namespaces: &[&str]) {
        self.namespaces = Some(namespaces.iter().map(|name| (*name).to_owned()).collect());
    }

    pub fn refuse(&mut self, asked: &Asked, store: &Store) -> Option<(u16, Value)> {
        let target = Target::of(&asked.path)?;
        for verb in verbs(asked, &target, store) {
            let permit = Permit {
                group: target.group.clone(),
                resource: target.resource.clone(),
                verb: verb.to_owned(),
            };
            if !self.permitted(&permit, &target) {
                let message = format!("RBAC: {permit:?} is not permitted at {}", asked.path);
                return Some((
                    403,
                    json!({
                        "kind": "Status", "status": "Failure", "code": 403, "reason": "Forbidden", "message": message,
                    }),
                ));
            }
            self.used.insert(permit);
        }
        None
    }

    fn permitted(&self, permit: &Permit, target: &Target) -> bool {
        if self.granted.contains(permit) {
            return true;
        }
        let lease = permit.resource == "leases";
        let here = |namespaces: &Vec<String>| {
            target.namespace.as_ref().is_some_and(|namespace| namespaces.contains(namespace))
        };
        if !lease && !self.namespaces.as_ref().is_none_or(here) {
            return false;
        }
        let rules = if lease { &self.rules.lease } else { &self.rules.stacks };
        rules.iter().any(|rule| permits(rule, permit, target.name.as_deref()))
    }
}

pub fn permits(rule: &PolicyRule, permit: &Permit, name: Option<&str>) -> bool {
    let has = |list: &Option<Vec<String>>, one: &str| list.iter().flatten().any(|item| item == one);
    let named = rule
        .resource_names
        .as_ref()
        .is_none_or(|names| name.is_some_and(|name| names.iter().any(|one| one == name)));
    has(&rule.api_groups, &permit.group)
        && has(&rule.resources, &permit.resource)
        && rule.verbs.contains(&permit.verb)
        && named
}

/// An apply that makes an object needs both.
fn verbs(asked: &Asked, target: &Target, store: &Store) -> Vec<&'static str> {
    let creates =
        asked.content_type.starts_with("application/apply-patch") && store.get(&asked.path).is_none();
    match asked.method.as_str() {
        "GET" if asked.watches() => vec!["watch"],
        "GET" if target.name.is_some() => vec!["get"],
        "GET" => vec!["list"],
        "POST" => vec!["create"],
        "PUT" => vec!["update"],
        "PATCH" if creates && !target.resource.contains('/') => vec!["patch", "create"],
        "PATCH" => vec!["patch"],
        "DELETE" => vec!["delete"],
        other => panic!("{other} {}", asked.path),
    }
}

struct Target {
    group: String,
    namespace: Option<String>,
    /// With a subresource.
    resource: String,
    name: Option<String>,
}

impl Target {
    /// None: what kinds there are, which anybody may ask.
    fn of(path: &str) -> Option<Self> {
        let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
        let (group, rest) = match segments.as_slice() {
            ["api", _version, rest @ ..] => ("", rest),
            ["apis", group, _version, rest @ ..] => (*group, rest),
            _ => return None,
        };
        let (namespace, rest) = match rest {
            ["namespaces", namespace, rest @ ..] if !rest.is_empty() => (Some((*namespace).to_owned()), rest),
            rest => (None, rest),
        };
        let (resource, name) = match rest {
            [] => return None,
            [resource] => ((*resource).to_owned(), None),
            [resource, name] => ((*resource).to_owned(), Some((*name).to_owned())),
            [resource, name, sub, ..] => (format!("{resource}/{sub}"), Some((*name).to_owned())),
        };
        Some(Self { group: group.to_owned(), namespace, resource, name })
    }
}
