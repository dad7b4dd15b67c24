//! Who makes the certificates.

use std::time::Duration;

use operator_api::{CertificateIssuer, EcommerceStackSpec};

use super::Findings;
use crate::{CertificatePlan, Issuer, names};

const LONGEST_LEAF_H: u32 = 8760;
const LONGEST_AUTHORITY_H: u32 = 87_600;

pub fn certificates(spec: &EcommerceStackSpec, findings: &mut Findings) -> CertificatePlan {
    let mtls = &spec.security.mtls;
    let mut findings = findings.below("spec.security.mtls");
    if (mtls.issuer == CertificateIssuer::CertManager) != mtls.issuer_ref.is_some() {
        findings.add("issuerRef", "issuer CertManager needs issuerRef, and Operator has no use for it: set the issuer or remove issuerRef");
    }
    let issuer = mtls.issuer_ref.as_ref().map(|issuer| {
        let name = issuer.name.0.clone();
        if !names::is_subdomain(&name) {
            findings.add("issuerRef.name", format!("`{name}` can't be the name of an issuer: correct it"));
        }
        Issuer { kind: issuer.kind, name }
    });
    let mut hours = |path, value, least, most| {
        Duration::from_secs(u64::from(findings.number(path, value, least, most)) * 3600)
    };
    CertificatePlan {
        issuer,
        leaf: hours("leafHours", mtls.leaf_hours, 1, LONGEST_LEAF_H),
        authority: hours("caHours", mtls.ca_hours, 2, LONGEST_AUTHORITY_H),
    }
}
