//! Certificates.

use serde_json::{Value, json};

use super::created;

fn mtls(mtls: Value) -> Vec<String> {
    created(json!({ "security": { "mtls": mtls } }))
}

#[test]
fn cert_manager_needs_an_issuer_and_the_operator_has_none() {
    let path = ["spec.security.mtls.issuerRef"];
    let issuer = json!({ "name": "shop-ca", "kind": "Issuer" });
    assert_eq!(mtls(json!({ "issuer": "CertManager" })), path);
    assert_eq!(mtls(json!({ "issuerRef": issuer })), path);
    assert!(mtls(json!({ "issuer": "CertManager", "issuerRef": issuer })).is_empty());
}

#[test]
fn a_certificate_does_not_outlive_its_ca() {
    assert_eq!(mtls(json!({ "leafHours": 48, "caHours": 48 })), ["spec.security.mtls.caHours"]);
    assert!(mtls(json!({ "leafHours": 1, "caHours": 2 })).is_empty());
}
