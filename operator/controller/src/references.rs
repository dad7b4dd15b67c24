//! Which stacks name which Secrets of the user's, so that a Secret that appears or changes wakes the right ones.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use crate::stack_key::StackKey;

#[derive(Default)]
pub struct References(Mutex<BTreeMap<StackKey, BTreeSet<String>>>);

impl References {
    /// Replaces what is known of this stack.
    pub fn record(&self, stack: &StackKey, secrets: BTreeSet<String>) {
        self.with(|table| {
            if secrets.is_empty() {
                table.remove(stack);
            } else {
                table.insert(stack.clone(), secrets);
            }
        });
    }

    pub fn forget(&self, stack: &StackKey) {
        self.with(|table| drop(table.remove(stack)));
    }

    pub fn stacks_naming(&self, namespace: &str, secret: &str) -> Vec<StackKey> {
        self.with(|table| {
            table
                .iter()
                .filter(|(stack, secrets)| stack.namespace == namespace && secrets.contains(secret))
                .map(|(stack, _)| stack.clone())
                .collect()
        })
    }

    fn with<T>(&self, act: impl FnOnce(&mut BTreeMap<StackKey, BTreeSet<String>>) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(secrets: &[&str]) -> BTreeSet<String> {
        secrets.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn a_secret_wakes_the_stacks_of_its_namespace_that_name_it() {
        let references = References::default();
        let (one, two) = (StackKey::new("a", "one"), StackKey::new("b", "two"));
        references.record(&one, names(&["tls", "pull"]));
        references.record(&two, names(&["tls"]));

        assert_eq!(references.stacks_naming("a", "tls"), std::slice::from_ref(&one));
        assert!(references.stacks_naming("a", "other").is_empty());

        references.record(&one, names(&[]));
        references.forget(&two);
        assert!(references.stacks_naming("a", "tls").is_empty());
        assert!(references.stacks_naming("b", "tls").is_empty());
    }
}
