//! What the Secret of one part holds, and whether it still serves.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use k8s_openapi::jiff::{SignedDuration, Timestamp};
use operator_desired::{BUNDLE, CERTIFICATE, KEY, Subject};
use secrecy::{ExposeSecret, SecretString};

use super::authority::Keyed;
use super::certificate::Certificate;

/// Everything in PEM.
#[derive(Clone, Debug)]
pub struct Leaf {
    pub keyed: Keyed,
    /// Every CA that its holder trusts.
    pub bundle: String,
}

impl Leaf {
    /// None: it is no certificate with its key.
    pub fn from_data(data: &BTreeMap<String, Vec<u8>>) -> Option<Self> {
        let text = |key: &str| std::str::from_utf8(data.get(key)?).ok();
        let keyed = Keyed::read(text(CERTIFICATE)?, text(KEY)?)?;
        Some(Self { keyed, bundle: text(BUNDLE).unwrap_or_default().to_owned() })
    }

    pub fn to_data(&self) -> BTreeMap<&'static str, String> {
        BTreeMap::from([
            (CERTIFICATE, self.keyed.certificate.clone()),
            (KEY, self.key().expose_secret().to_owned()),
            (BUNDLE, self.bundle.clone()),
        ])
    }

    pub fn key(&self) -> &SecretString {
        &self.keyed.key
    }

    pub fn certificate(&self) -> Option<Certificate> {
        Certificate::read(&self.keyed.certificate)
    }
}

/// Whether it says what is to be said of this subject.
pub fn is_about(certificate: &Certificate, subject: &Subject) -> bool {
    let identity = std::iter::once(subject.identity.to_string());
    certificate.names == identity.chain(subject.hosts.iter().cloned()).collect::<BTreeSet<_>>()
}

/// When to renew it: after two thirds of its life at the latest, and up to a twelfth earlier, so that a stack's
/// certificates are not all renewed at once.
pub fn due(certificate: &Certificate, subject: &Subject) -> Timestamp {
    let mut hasher = DefaultHasher::new();
    subject.identity.to_string().hash(&mut hasher);
    let early = i32::try_from(hasher.finish() % 1000).unwrap_or(0);
    let life = certificate.not_after.duration_since(certificate.not_before);
    let late: SignedDuration = life * 2 / 3;
    // In whole seconds, as the status is read back: what is finer would be written anew in every pass.
    certificate.not_before + SignedDuration::from_secs((late - life / 12 * early / 1000).as_secs())
}
