//! When the certificates of each stack end.

use prometheus::{Opts, Registry};

use super::NAMESPACE;
use super::per_stack::{Parts, PerStack};
use crate::facts::Certificates;
use crate::stack_key::StackKey;

/// Beside the names of the parts.
const AUTHORITY: &str = "ca";

#[derive(Clone)]
pub struct CertificateMetrics {
    expiry: PerStack,
}

impl CertificateMetrics {
    pub fn new(registry: &Registry) -> Self {
        let help = "When the certificate of this part ends, as Unix time; part ca: that of the stack's CA";
        let options = Opts::new("certificate_expiry_seconds", help).namespace(NAMESPACE);
        Self { expiry: PerStack::registered(registry, options, "part") }
    }

    pub fn record(&self, stack: &StackKey, certificates: Option<&Certificates>) {
        let parts = certificates.map_or_else(Parts::new, |certificates| {
            let leaves = certificates.leaves.iter().map(|(part, end)| (part.name(), *end));
            let authority = certificates.authority_expires.map(|end| (AUTHORITY, end));
            leaves.chain(authority).map(|(part, end)| (part, end.as_second())).collect()
        });
        self.expiry.replace(stack, parts);
    }

    pub fn forget(&self, stack: &StackKey) {
        self.expiry.replace(stack, Parts::new());
    }
}
