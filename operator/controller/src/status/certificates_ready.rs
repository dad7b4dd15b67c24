//! CertificatesReady: whether everyone has a certificate that is valid and trusted.

use operator_api::Reason;

use super::Verdict;
use crate::facts::{Certificates, Facts};
use crate::pass::held::Held;
use crate::pki::Phase;

pub fn certificates_ready(facts: &Facts) -> Verdict {
    let Some(certificates) = &facts.certificates else { return without(facts) };
    if certificates.not_installed {
        return Verdict::no(
            Reason::NotInstalled,
            "spec.security.mtls.issuer is CertManager, and the cluster does not know a Certificate: install \
             cert-manager, or set the issuer to Operator",
        );
    }
    if let Some(secret) = certificates.expired.first() {
        return Verdict::no(Reason::Expired, expired(facts, secret));
    }
    if let Some(secret) = certificates.missing.first() {
        return Verdict::no(Reason::Issuing, issuing(facts, certificates, secret));
    }
    match certificates.phase {
        Some(Phase::TrustBoth | Phase::Reissue) => Verdict::yes(Reason::Rotating, rotating(certificates)),
        Some(Phase::Stable) | None => {
            let message = "everyone has a certificate, and trusts those of the others";
            Verdict::yes(Reason::Issued, format!("{message}{}", held(facts)))
        }
    }
}

fn without(facts: &Facts) -> Verdict {
    match &facts.hurdle {
        None if facts.held == Some(Held::Plain) => {
            Verdict::yes(Reason::Disabled, format!("connections are plain{}", held(facts)))
        }
        None => Verdict::yes(Reason::Disabled, "connections are plain: spec.security.mtls.enabled is false"),
        Some(_) => Verdict::no(Reason::Issuing, "nothing is issued before the stack can be built"),
    }
}

/// What waits, and how it comes about.
fn held(facts: &Facts) -> String {
    let field = match facts.held {
        Some(Held::Plain | Held::Secured) => "enabled",
        Some(Held::Issuer) => "issuer",
        None => return String::new(),
    };
    let stop = "--type merge -p '{\"spec\":{\"operation\":{\"stopped\":true}}}'";
    format!(
        "; spec.security.mtls.{field} takes effect once the stack has been stopped, for pods of before and after could \
         not talk to each other: {} patch ecommercestack {} {stop}",
        facts.kubectl(),
        facts.key.name
    )
}

fn expired(facts: &Facts, secret: &str) -> String {
    let kubectl = facts.kubectl();
    if facts.paused {
        return format!(
            "the certificate in Secret {secret} has expired, and nothing is renewed during a pause"
        );
    }
    format!(
        "the certificate in Secret {secret} has expired: {kubectl} get certificates,secrets -l {}",
        facts.labels()
    )
}

fn issuing(facts: &Facts, certificates: &Certificates, secret: &str) -> String {
    let whose = match certificates.phase {
        Some(_) => format!("get secret {secret}"),
        None => format!("describe certificate {secret}"),
    };
    format!("Secret {secret} holds no certificate yet: {} {whose}", facts.kubectl())
}

fn rotating(certificates: &Certificates) -> String {
    let doing = match certificates.phase {
        Some(Phase::Reissue) => "everyone gets a certificate of the new CA",
        Some(Phase::TrustBoth | Phase::Stable) | None => "everyone learns to trust the next CA",
    };
    match &certificates.waiting {
        Some(what) => format!("{doing}: waiting for {what}"),
        None => doing.to_owned(),
    }
}
