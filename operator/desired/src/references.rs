//! The Secrets that a stack names but does not make.

use crate::ValidatedStack;

/// A Secret that must exist in the stack's namespace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretReference {
    /// The field that names it, such as `spec.exposure.tls.secretName`.
    pub path: String,
    pub name: String,
}

pub fn references(_stack: &ValidatedStack) -> Vec<SecretReference> {
    Vec::new()
}
