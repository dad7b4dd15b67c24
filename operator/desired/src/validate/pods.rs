//! What every pod of a stack inherits.

use std::collections::BTreeMap;

use operator_api::Defaults;

use super::Findings;
use crate::names;

const LONGEST_VALUE: usize = 63;
/// Of the operator, by which it and the stack's Services find their pods.
const RESERVED: [&str; 2] = ["app.kubernetes.io/", "ecommercestack.dev/"];

pub fn labels(defaults: &Defaults, findings: &mut Findings) -> BTreeMap<String, String> {
    let path = "spec.defaults.podLabels";
    check_labels(&defaults.pod_labels, path, findings);
    let reserved = |key: &&String| RESERVED.iter().any(|prefix| key.starts_with(prefix));
    for key in defaults.pod_labels.keys().filter(reserved) {
        findings.add(&format!("{path}[{key}]"), "the operator's own: choose another name");
    }
    defaults.pod_labels.clone()
}

pub fn check_labels(labels: &BTreeMap<String, String>, path: &str, findings: &mut Findings) {
    for (key, value) in labels {
        let path = format!("{path}[{key}]");
        if !names::is_qualified(key) {
            findings.add(&path, "no name of a label: write it as example.com/name");
        }
        if !is_value(value) {
            let message = format!(
                "`{value}` is no value of a label: write at most {LONGEST_VALUE} letters, digits, dashes, dots and underscores"
            );
            findings.add(&path, message);
        }
    }
}

pub fn priority_class(defaults: &Defaults, findings: &mut Findings) -> Option<String> {
    let name = &defaults.priority_class_name.as_ref()?.0;
    if !names::is_subdomain(name) {
        let message = format!("`{name}` can't be the name of a PriorityClass: correct it");
        findings.add("spec.defaults.priorityClassName", message);
    }
    Some(name.clone())
}

fn is_value(value: &str) -> bool {
    value.is_empty() || (value.len() <= LONGEST_VALUE && names::is_qualified(value) && !value.contains('/'))
}
