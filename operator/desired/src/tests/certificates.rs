//! Who has a certificate, where it is, and that without mTLS there is none.

use std::collections::BTreeSet;

use contracts::Role;
use serde_json::{Value, json};

use super::stacks::{built, find, inputs, templates, valid, with_spec};
use crate::{Desired, Inputs, Offers, build, subjects, validate};

fn plain() -> Value {
    json!({ "security": { "mtls": { "enabled": false } } })
}

fn by_cert_manager(offers: Offers) -> Desired {
    let issuer = json!({ "issuer": "CertManager", "issuerRef": { "name": "internal", "kind": "Issuer" }, "leafHours": 24 });
    let stack = valid(json!({ "security": { "mtls": issuer } }));
    build(&stack, &Inputs { offers, ..inputs() })
}

fn container(desired: &Desired, role: Role) -> &Value {
    let name = format!("shop-{role}");
    &find(desired, "Deployment", &name).unwrap().value()["spec"]["template"]["spec"]["containers"][0]
}

fn environment(container: &Value, name: &str) -> Option<String> {
    let variable = container["env"].as_array()?.iter().find(|variable| variable["name"] == name)?;
    Some(variable["value"].as_str()?.to_owned())
}

#[test]
fn everyone_has_a_secret_and_an_identity_of_its_own() {
    let subjects = subjects(&valid(json!({ "services": { "storefront": { "enabled": false } } })));
    let secrets: BTreeSet<&str> = subjects.iter().map(|subject| subject.secret.as_str()).collect();
    assert_eq!(secrets.len(), 8 + 4);
    assert!(secrets.contains("shop-postgres-tls") && secrets.contains("shop-storefront-tls"));
    let identities: BTreeSet<String> = subjects.iter().map(|subject| subject.identity.to_string()).collect();
    assert!(identities.contains("spiffe://shop/shop/orders") && identities.len() == secrets.len());
}

#[test]
fn a_certificate_names_every_service_that_leads_to_its_part() {
    let desired = built(json!({}));
    let subjects = subjects(&valid(json!({})));
    for subject in &subjects {
        let service = format!("shop-{}", subject.part.name());
        let found = find(&desired, "Service", &service).is_some();
        let hosts: BTreeSet<&str> = subject.hosts.iter().map(String::as_str).collect();
        let full = format!("{service}.shop.svc.cluster.local");
        assert!(!found || hosts.contains(full.as_str()), "{hosts:?}");
        assert!(hosts.contains("localhost") && hosts.len() == subject.hosts.len(), "{hosts:?}");
    }
    let orders = subjects.iter().find(|subject| subject.secret == "shop-orders-tls").unwrap();
    assert!(orders.hosts.contains(&"shop-metrics".to_owned()), "as Prometheus calls it");
}

#[test]
fn every_pod_of_a_service_and_every_migration_has_its_own_certificate() {
    let desired = built(json!({}));
    for (manifest, template) in templates(&desired) {
        let spec = &template["spec"];
        let part = template["metadata"]["labels"]["app.kubernetes.io/name"].as_str().unwrap();
        // These borrow what they need from others.
        if ["setup", "backup"].contains(&part) {
            continue;
        }
        let volume =
            spec["volumes"].as_array().unwrap().iter().find(|volume| volume["name"] == "tls").unwrap();
        assert_eq!(volume["secret"]["secretName"], json!(format!("shop-{part}-tls")), "{}", manifest.name());
        assert!(spec["securityContext"]["fsGroup"].is_number(), "or only root could read the key");
        let mounts = spec["containers"][0]["volumeMounts"].as_array().unwrap();
        let mount = mounts.iter().find(|mount| mount["name"] == "tls").unwrap();
        assert!(mount.get("subPath").is_none(), "or it would never be renewed");
    }
}

#[test]
fn services_call_each_other_and_are_probed_over_tls() {
    let desired = built(json!({}));
    let gateway = container(&desired, Role::Gateway);
    assert_eq!(environment(gateway, "TLS_DIR").unwrap(), "/etc/ecommercestack/tls");
    assert_eq!(environment(gateway, "ORDERS_URL").unwrap(), "https://shop-orders:8085");
    assert!(environment(gateway, "JWKS_URL").unwrap().starts_with("https://shop-users:"));
    for probe in ["startupProbe", "readinessProbe", "livenessProbe"] {
        assert_eq!(gateway[probe]["httpGet"]["scheme"], "HTTPS");
    }
}

#[test]
fn a_renewed_certificate_starts_no_pod_anew() {
    // Nothing of what is in a certificate is an input.
    let hashes = |hours: i32| -> Vec<Value> {
        let desired = built(json!({ "security": { "mtls": { "leafHours": hours } } }));
        templates(&desired).map(|(_, template)| template.clone()).collect()
    };
    assert_eq!(hashes(720), hashes(24));
}

#[test]
fn without_mtls_no_object_speaks_of_certificates() {
    let desired = built(plain());
    for manifest in desired.manifests() {
        let mut value = manifest.value().clone();
        // It looks whether there are any, and finds none.
        value["data"]["start.sh"].take();
        let text = value.to_string();
        for word in ["tls", "TLS", "https", "HTTPS", "fsGroup\":65532"] {
            let named = text.contains(word) && !text.contains("spec.tls");
            assert!(!named, "{word} in {} {}", manifest.kind().kind, manifest.name());
        }
    }
}

#[test]
fn cert_manager_is_told_who_everyone_is_where_there_is_one() {
    let count = |desired: &Desired| {
        desired.manifests().filter(|manifest| manifest.kind().kind == "Certificate").count()
    };
    assert_eq!(count(&by_cert_manager(Offers::default())), 0);
    let desired = by_cert_manager(Offers::all());
    assert_eq!(count(&desired), 8 + 4);
    let orders = find(&desired, "Certificate", "shop-orders-tls").unwrap();
    insta::assert_snapshot!(serde_yaml::to_string(&orders.value()["spec"]).unwrap());
    assert_eq!(count(&build(&valid(json!({})), &Inputs { offers: Offers::all(), ..inputs() })), 0);
}

#[test]
fn an_issuer_is_named_in_its_mode_only() {
    let refused = |mtls: Value| {
        let found = validate(&with_spec(json!({ "security": { "mtls": mtls } }))).unwrap_err();
        found.iter().map(|invalid| invalid.path.clone()).collect::<Vec<_>>()
    };
    assert_eq!(refused(json!({ "issuer": "CertManager" })), ["spec.security.mtls.issuerRef"]);
    assert_eq!(refused(json!({ "issuerRef": { "name": "x" } })), ["spec.security.mtls.issuerRef"]);
    assert_eq!(refused(json!({ "leafHours": 0 })), ["spec.security.mtls.leafHours"]);
}
