//! The objects that lead in.

use serde_json::{Value, json};

use super::stacks::{built, find, inputs_of_scaled, valid};
use crate::{Desired, build, references};

/// In a cluster that knows every kind.
fn everywhere(exposure: Value) -> Desired {
    build(&valid(json!({ "exposure": exposure })), &inputs_of_scaled())
}

fn spec(desired: &Desired, kind: &str) -> Option<Value> {
    find(desired, kind, "shop-gateway").map(|manifest| manifest.value()["spec"].clone())
}

#[test]
fn a_gateway_gets_a_route_and_no_ingress() {
    let exposure = json!({
        "type": "Gateway",
        "hosts": ["shop.example.com"],
        "gateway": { "parentRefs": [{ "name": "public", "namespace": "infra", "sectionName": "https" }] },
    });
    let desired = everywhere(exposure.clone());
    let expected = json!({
        "parentRefs": [{ "name": "public", "namespace": "infra", "sectionName": "https" }],
        "hostnames": ["shop.example.com"],
        "rules": [{
            "matches": [{ "path": { "type": "PathPrefix", "value": "/" } }],
            "backendRefs": [{ "name": "shop-gateway", "port": 8080 }],
        }],
    });
    assert_eq!(spec(&desired, "HTTPRoute"), Some(expected));
    assert_eq!(spec(&desired, "Ingress"), None);
    // Where the kind is not known, nothing is built.
    assert_eq!(spec(&built(json!({ "exposure": exposure })), "HTTPRoute"), None);
}

#[test]
fn the_scheme_of_a_gateway_is_what_the_stack_says() {
    let url = |https: bool| {
        let gateway = json!({ "parentRefs": [{ "name": "public" }], "https": https });
        let exposure = json!({ "type": "Gateway", "hosts": ["shop.example.com"], "gateway": gateway });
        valid(json!({ "exposure": exposure })).url()
    };
    assert_eq!(url(true).as_deref(), Some("https://shop.example.com"));
    assert_eq!(url(false).as_deref(), Some("http://shop.example.com"));
}

#[test]
fn a_secret_that_cert_manager_fills_is_asked_for_and_not_missed() {
    let tls =
        |issuer: Value| json!({ "hosts": ["a.test"], "tls": { "secretName": "tls", "issuerRef": issuer } });
    let desired = everywhere(tls(json!({ "name": "letsencrypt" })));
    let certificate = spec(&desired, "Certificate").unwrap();
    assert_eq!((&certificate["secretName"], &certificate["dnsNames"]), (&json!("tls"), &json!(["a.test"])));
    let issuer = json!({ "group": "cert-manager.io", "kind": "ClusterIssuer", "name": "letsencrypt" });
    assert_eq!(certificate["issuerRef"], issuer);
    assert_eq!(spec(&desired, "Ingress").unwrap()["tls"][0]["secretName"], "tls");

    let references = |issuer| references(&valid(json!({ "exposure": tls(issuer) }))).len();
    assert_eq!(references(json!({ "name": "letsencrypt", "kind": "Issuer" })), 0);
    assert_eq!(references(json!(null)), 1);
    assert_eq!(spec(&everywhere(tls(json!(null))), "Certificate"), None);
}
