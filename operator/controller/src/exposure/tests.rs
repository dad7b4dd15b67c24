use operator_desired::{ValidatedStack, validate};
use serde_json::{Value, json};

use super::*;

fn stack(exposure: &Value) -> ValidatedStack {
    let stack = json!({
        "apiVersion": "ecommercestack.dev/v1alpha1", "kind": "EcommerceStack",
        "metadata": { "name": "shop", "namespace": "shops" }, "spec": { "exposure": exposure },
    });
    validate(&serde_json::from_value(stack).unwrap()).unwrap()
}

/// `objects` are what there is: kind and status.
fn seen(exposure: &Value, objects: &[(&'static str, Value)], offered: bool) -> Exposure {
    let live: Live = objects
        .iter()
        .map(|(kind, status)| {
            let item = json!({ "metadata": { "name": "shop-gateway" }, "status": status });
            LiveObject::new(Kind::named(kind), serde_json::from_value(item).unwrap())
        })
        .collect();
    let stack = stack(exposure);
    super::exposure(stack.door(), "shop-gateway", "shops", &live, |kind| offered || kind == "Ingress")
}

fn waiting_for(exposure: &Exposure) -> &str {
    match exposure {
        Exposure::Waiting { message, .. } => message,
        other => panic!("{other:?}"),
    }
}

fn condition(kind: &str, status: &str) -> Value {
    json!({ "type": kind, "status": status, "reason": "Why", "message": "because" })
}

#[test]
fn a_stack_without_a_door_is_closed() {
    assert_eq!(seen(&json!({ "type": "None" }), &[], true), Exposure::Closed);
}

#[test]
fn an_ingress_is_open_once_it_is_there() {
    let none = seen(&json!({}), &[], true);
    assert_eq!(waiting_for(&none), "Ingress shop-gateway is not there yet");
    let there = [("Ingress", json!({}))];
    let open = |through: &str| Exposure::Open(through.to_owned());
    assert_eq!(seen(&json!({}), &there, true), open("Ingress shop-gateway of the default class"));
    let traefik = json!({ "ingress": { "className": "traefik" } });
    assert_eq!(seen(&traefik, &there, true), open("Ingress shop-gateway of class traefik"));
}

#[test]
fn a_certificate_that_cert_manager_issues_is_waited_for() {
    let tls = json!({ "hosts": ["a.test"], "tls": { "secretName": "tls", "issuerRef": { "name": "ca" } } });
    let with = |status: Value| seen(&tls, &[("Ingress", json!({})), ("Certificate", status)], true);
    assert_eq!(seen(&tls, &[("Ingress", json!({}))], false), Exposure::NotInstalled("Certificate"));
    assert_eq!(waiting_for(&with(json!({}))), "Certificate shop-gateway is not issued yet");
    let refused = with(json!({ "conditions": [condition("Ready", "False")] }));
    assert_eq!(waiting_for(&refused), "Certificate shop-gateway is not issued: Why: because");
    assert!(matches!(with(json!({ "conditions": [condition("Ready", "True")] })), Exposure::Open(_)));
}

#[test]
fn every_gateway_must_accept_the_route() {
    let parents =
        json!([{ "name": "public", "namespace": "infra" }, { "name": "inner", "sectionName": "https" }]);
    let gateway = json!({ "type": "Gateway", "gateway": { "parentRefs": parents } });
    let entry =
        |parent: Value, conditions: &[Value]| json!({ "parentRef": parent, "conditions": conditions });
    let public = |conditions: &[Value]| entry(json!({ "name": "public", "namespace": "infra" }), conditions);
    let inner = |conditions: &[Value]| entry(json!({ "name": "inner", "sectionName": "https" }), conditions);
    let with = |entries: &[Value]| seen(&gateway, &[("HTTPRoute", json!({ "parents": entries }))], true);
    let accepted = [condition("Accepted", "True"), condition("ResolvedRefs", "True")];

    assert_eq!(seen(&gateway, &[], false), Exposure::NotInstalled("HTTPRoute"));
    assert!(waiting_for(&with(&[public(&accepted)])).contains("Gateway shops/inner has been taken up by no"));
    assert!(
        waiting_for(&with(&[public(&[]), inner(&accepted)]))
            .ends_with("Gateway infra/public is not accepted yet")
    );
    let refused = with(&[public(&accepted), inner(&[condition("Accepted", "False")])]);
    assert!(waiting_for(&refused).ends_with("is refused: Why: because"));
    let unresolved = [condition("Accepted", "True"), condition("ResolvedRefs", "False")];
    assert!(
        waiting_for(&with(&[public(&accepted), inner(&unresolved)])).ends_with("is refused: Why: because")
    );
    let open = Exposure::Open("HTTPRoute shop-gateway at public, inner".to_owned());
    assert_eq!(with(&[public(&accepted), inner(&accepted)]), open);
}
