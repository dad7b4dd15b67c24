//! What the Secret of the CA holds: the CAs, and so how far a rotation has come.

use std::collections::BTreeMap;
use std::time::Duration;

use k8s_openapi::jiff::{SignedDuration, Timestamp};
use secrecy::ExposeSecret;

use super::authority::Keyed;
use super::certificate::{Certificate, blocks};

const MONTH: Duration = Duration::from_secs(30 * 24 * 3600);

/// Where a rotation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    Stable,
    /// Everyone is to trust the next CA too, before it signs anything.
    TrustBoth,
    /// Everyone is to get a certificate of the new CA, before the old one is forgotten.
    Reissue,
}

impl Phase {
    pub fn name(self) -> &'static str {
        match self {
            Self::Stable => "Stable",
            Self::TrustBoth => "TrustBoth",
            Self::Reissue => "Reissue",
        }
    }
}

#[derive(Clone, Debug)]
pub struct Store {
    /// Who signs. None: its key was lost, so that nothing is signed before the next one is trusted.
    pub signing: Option<Keyed>,
    pub next: Option<Keyed>,
    /// Certificates of CAs that no longer sign, and are still trusted.
    pub previous: String,
    /// The last value of the annotation that was carried out.
    pub asked: String,
}

impl Store {
    pub fn stable(signing: Keyed, asked: Option<&str>) -> Self {
        let asked = asked.unwrap_or_default().to_owned();
        Self { signing: Some(signing), next: None, previous: String::new(), asked }
    }

    /// None: there is no CA in it that could sign, now or later.
    pub fn from_data(data: &BTreeMap<String, Vec<u8>>) -> Option<Self> {
        let text =
            |key: &str| data.get(key).and_then(|value| std::str::from_utf8(value).ok()).unwrap_or_default();
        let signing = Keyed::read(text("tls.crt"), text("tls.key"));
        let next = Keyed::read(text("next.crt"), text("next.key"));
        let (previous, asked) = (text("previous.crt").to_owned(), text("asked").to_owned());
        (signing.is_some() || next.is_some()).then_some(Self { signing, next, previous, asked })
    }

    pub fn to_data(&self) -> BTreeMap<&'static str, String> {
        let mut data = BTreeMap::new();
        for (keyed, [certificate, key]) in
            [(&self.signing, ["tls.crt", "tls.key"]), (&self.next, ["next.crt", "next.key"])]
        {
            if let Some(keyed) = keyed {
                data.insert(certificate, keyed.certificate.clone());
                data.insert(key, keyed.key.expose_secret().to_owned());
            }
        }
        for (key, text) in [("previous.crt", &self.previous), ("asked", &self.asked)] {
            if !text.is_empty() {
                data.insert(key, text.clone());
            }
        }
        data
    }

    pub fn phase(&self) -> Phase {
        match (&self.next, self.previous.is_empty()) {
            (Some(_), _) => Phase::TrustBoth,
            (None, false) => Phase::Reissue,
            (None, true) => Phase::Stable,
        }
    }

    /// Everyone whom everyone trusts, each once.
    pub fn bundle(&self) -> String {
        let keyed = [&self.signing, &self.next].into_iter().flatten().map(|keyed| keyed.certificate.as_str());
        let mut bundle: Vec<String> = Vec::new();
        for block in keyed.chain([self.previous.as_str()]).flat_map(blocks) {
            if !bundle.contains(&block) {
                bundle.push(block);
            }
        }
        bundle.concat()
    }

    /// Who signs now. One that has expired is of no use, and waiting for trust in the next one would help nobody.
    pub fn signer(&self, now: Timestamp) -> Option<&Keyed> {
        let valid = |keyed: &&Keyed| {
            Certificate::read(&keyed.certificate).is_some_and(|certificate| !certificate.expired(now))
        };
        self.signing.as_ref().filter(valid).or(self.next.as_ref()).or(self.signing.as_ref())
    }

    /// When the CA is to be replaced: a month before its end, or after two thirds of its life where that is later.
    pub fn due(&self) -> Option<Timestamp> {
        let certificate = Certificate::read(&self.signing.as_ref()?.certificate)?;
        let life = certificate.not_after.duration_since(certificate.not_before);
        Some(
            (certificate.not_after - MONTH)
                .max(certificate.not_before + SignedDuration::from_secs(life.as_secs() * 2 / 3)),
        )
    }

    /// When the CA that signs, or is about to, ends.
    pub fn expires(&self) -> Option<Timestamp> {
        let keyed = self.signing.as_ref().or(self.next.as_ref())?;
        Some(Certificate::read(&keyed.certificate)?.not_after)
    }

    pub fn rotating_to(&self, next: Keyed, asked: Option<&str>) -> Self {
        let asked = asked.unwrap_or(&self.asked).to_owned();
        Self { next: Some(next), asked, ..self.clone() }
    }

    /// The phase after this one, whose end has been proved.
    pub fn advanced(&self) -> Self {
        match &self.next {
            Some(next) => {
                let before = self.signing.as_ref().map_or("", |keyed| keyed.certificate.as_str());
                Self {
                    signing: Some(next.clone()),
                    next: None,
                    previous: format!("{before}{}", self.previous),
                    asked: self.asked.clone(),
                }
            }
            None => Self { previous: String::new(), ..self.clone() },
        }
    }
}
