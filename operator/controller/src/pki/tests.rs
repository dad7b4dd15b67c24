//! Certificates are issued, read back, and shown to each other; rotations are played through in every order.

mod handshakes;
mod issuing;
pub mod pod;
mod rotation;

use std::collections::BTreeMap;
use std::time::Duration;

use contracts::Role;
use contracts::identity::{Identity, Part};
use k8s_openapi::jiff::Timestamp;
use operator_desired::{CertificatePlan, Subject};

use super::{Keyed, Leaf};
use crate::stack_key::StackKey;

pub const DAY: Duration = Duration::from_secs(24 * 3600);

pub fn plan() -> CertificatePlan {
    CertificatePlan { issuer: None, leaf: 30 * DAY, authority: 365 * DAY }
}

pub fn stack() -> StackKey {
    StackKey::new("shops", "shop")
}

pub fn subject(part: Part) -> Subject {
    let identity = Identity { namespace: "shops".to_owned(), stack: "shop".to_owned(), part };
    let name = format!("shop-{}", part.name());
    Subject { part, secret: format!("{name}-tls"), identity, hosts: vec![name, "localhost".to_owned()] }
}

pub fn subjects() -> Vec<Subject> {
    [Part::Role(Role::Gateway), Part::Role(Role::Orders), Part::Postgres, Part::Operator].map(subject).into()
}

pub fn authority(now: Timestamp) -> Keyed {
    Keyed::authority(&stack(), plan().authority, now)
}

/// Of this CA, trusting these.
pub fn leaf(authority: &Keyed, part: Part, bundle: &[&Keyed], now: Timestamp) -> Leaf {
    let keyed = authority.sign(&subject(part), plan().leaf, now).unwrap();
    Leaf { keyed, bundle: bundle.iter().map(|keyed| keyed.certificate.as_str()).collect() }
}

/// As a Secret holds it.
pub fn stored(data: BTreeMap<&'static str, String>) -> BTreeMap<String, Vec<u8>> {
    data.into_iter().map(|(key, text)| (key.to_owned(), text.into_bytes())).collect()
}
