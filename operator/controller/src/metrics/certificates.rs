//! When the certificates of each stack end.

use contracts::identity::Part;
use prometheus::{IntGaugeVec, Opts, Registry};

use super::NAMESPACE;
use crate::facts::Certificates;
use crate::stack_key::StackKey;

/// Beside the names of the parts.
const AUTHORITY: &str = "ca";

#[derive(Clone)]
pub struct CertificateMetrics {
    expiry: IntGaugeVec,
}

impl CertificateMetrics {
    pub fn new(registry: &Registry) -> Self {
        let help = "When the certificate of this part ends, as Unix time; part ca: that of the stack's CA";
        let options = Opts::new("certificate_expiry_seconds", help).namespace(NAMESPACE);
        let expiry =
            IntGaugeVec::new(options, &["namespace", "stack", "part"]).expect("names and labels are valid");
        registry.register(Box::new(expiry.clone())).expect("names are unique");
        Self { expiry }
    }

    pub fn record(&self, stack: &StackKey, certificates: Option<&Certificates>) {
        self.forget(stack);
        let Some(certificates) = certificates else { return };
        let leaves = certificates.leaves.iter().map(|(part, end)| (part.name(), *end));
        let authority = certificates.authority_expires.map(|end| (AUTHORITY, end));
        for (part, end) in leaves.chain(authority) {
            let labels = [stack.namespace.as_str(), &stack.name, part];
            self.expiry.with_label_values(&labels).set(end.as_second());
        }
    }

    pub fn forget(&self, stack: &StackKey) {
        for part in Part::all().map(Part::name).chain([AUTHORITY]) {
            // Fails where there is none, which is as good.
            self.expiry.remove_label_values(&[stack.namespace.as_str(), &stack.name, part]).ok();
        }
    }
}
