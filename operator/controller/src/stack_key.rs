//! Which stack: its namespace and name, the key of every table in here.

use std::fmt;

use kube::core::PartialObjectMeta;
use kube::runtime::reflector::ObjectRef;
use operator_api::EcommerceStack;

/// What the controller caches of a stack: the pass reads the rest fresh.
pub type StackMeta = PartialObjectMeta<EcommerceStack>;

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StackKey {
    pub namespace: String,
    pub name: String,
}

impl StackKey {
    pub fn new(namespace: impl Into<String>, name: impl Into<String>) -> Self {
        Self { namespace: namespace.into(), name: name.into() }
    }

    pub fn of(stack: &StackMeta) -> Self {
        Self::new(
            stack.metadata.namespace.clone().unwrap_or_default(),
            stack.metadata.name.clone().unwrap_or_default(),
        )
    }

    pub fn object_ref(&self) -> ObjectRef<StackMeta> {
        ObjectRef::new(&self.name).within(&self.namespace)
    }
}

impl fmt::Display for StackKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.namespace, self.name)
    }
}
