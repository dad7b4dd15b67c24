//! The ways in.

use serde_json::json;

use super::created;

#[test]
fn every_way_in_needs_the_gateway() {
    let off = json!({ "gateway": { "enabled": false } });
    assert_eq!(created(json!({ "services": off })), ["spec.services.gateway.enabled"]);
    assert!(created(json!({ "services": off, "exposure": { "type": "None" } })).is_empty());
    let gateway = json!({ "type": "Gateway", "gateway": { "parentRefs": [{ "name": "public" }] } });
    let found = created(json!({ "services": off, "exposure": gateway }));
    assert_eq!(found, ["spec.services.gateway.enabled"]);
    assert!(created(json!({ "services": { "gateway": {} } })).is_empty());
}

#[test]
fn certificates_need_the_ingress() {
    let exposure = |kind: &str| json!({ "exposure": { "type": kind, "tls": { "secretName": "tls" } } });
    assert_eq!(created(exposure("None")), ["spec.exposure.tls"]);
    assert!(created(exposure("Ingress")).is_empty());
}

#[test]
fn a_gateway_has_certificates_of_its_own_and_a_name() {
    let gateway = |settings| created(json!({ "exposure": { "type": "Gateway", "gateway": settings } }));
    assert_eq!(gateway(json!({})), ["spec.exposure.gateway.parentRefs"]);
    assert_eq!(gateway(json!({ "parentRefs": [] })), ["spec.exposure.gateway.parentRefs"]);
    let parent =
        json!({ "parentRefs": [{ "name": "public", "namespace": "infra", "sectionName": "https" }] });
    assert!(gateway(parent.clone()).is_empty());
    let with_tls = json!({ "type": "Gateway", "gateway": parent, "tls": { "secretName": "tls" } });
    assert_eq!(created(json!({ "exposure": with_tls })), ["spec.exposure.tls"]);
}

#[test]
fn cert_manager_issues_certificates_for_names() {
    let tls = json!({ "secretName": "tls", "issuerRef": { "name": "letsencrypt" } });
    assert_eq!(created(json!({ "exposure": { "tls": tls } })), ["spec.exposure.hosts"]);
    assert_eq!(created(json!({ "exposure": { "tls": tls, "hosts": [] } })), ["spec.exposure.hosts"]);
    assert!(created(json!({ "exposure": { "tls": tls, "hosts": ["shop.example.com"] } })).is_empty());
}

#[test]
fn annotations_of_the_operator_are_its_own() {
    let annotations =
        |key: &str| created(json!({ "exposure": { "ingress": { "annotations": { key: "x" } } } }));
    assert_eq!(annotations("ecommercestack.dev/applied"), ["spec.exposure.ingress.annotations"]);
    assert!(annotations("example.com/team").is_empty());
}
