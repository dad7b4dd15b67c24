//! Whether shoppers get in, and whether they do so after a loss.

use insta::assert_snapshot;
use operator_api::ConditionType::{Degraded, ExposureReady, HighlyAvailable, Ready};
use operator_desired::{Alone, SecretReference};

use super::{fine, said};
use crate::exposure::Exposure;
use crate::facts::Facts;

fn exposed(exposure: Exposure, url: Option<&str>) -> Facts {
    Facts { exposure, url: url.map(str::to_owned), ..fine() }
}

#[test]
fn the_way_in_is_told_with_its_address() {
    assert_snapshot!(said(ExposureReady, &exposed(Exposure::Closed, None)), @"ExposureReady=true Disabled: nothing leads in from outside the cluster");
    let open = Exposure::Open("Ingress shop-gateway of class traefik".to_owned());
    assert_snapshot!(said(ExposureReady, &exposed(open.clone(), Some("https://shop.example.com"))), @"ExposureReady=true Exposed: Ingress shop-gateway of class traefik leads to the shop at https://shop.example.com");
    assert_snapshot!(said(ExposureReady, &exposed(open, None)), @"ExposureReady=true Exposed: Ingress shop-gateway of class traefik leads to the shop under every name");
}

#[test]
fn somebody_elses_part_is_waited_for_and_keeps_nobody_from_being_ready() {
    let waiting = Exposure::Waiting {
        message: "HTTPRoute shop-gateway is refused".to_owned(),
        command: "describe httproute shop-gateway".to_owned(),
    };
    let facts = exposed(waiting, None);
    assert_snapshot!(said(ExposureReady, &facts), @"ExposureReady=false Waiting: HTTPRoute shop-gateway is refused: kubectl -n shops describe httproute shop-gateway");
    assert!(said(Ready, &facts).starts_with("Ready=true"));
}

#[test]
fn a_kind_that_is_not_installed_keeps_the_stack_from_being_ready() {
    let facts = exposed(Exposure::NotInstalled("HTTPRoute"), None);
    assert_snapshot!(said(ExposureReady, &facts), @"ExposureReady=false NotInstalled: the cluster does not know the kind HTTPRoute: install the Gateway API, or set exposure.type: Ingress");
    assert!(said(Degraded, &facts).starts_with("Degraded=true NotInstalled: the cluster does not know"));
    assert!(said(Ready, &facts).starts_with("Ready=false NotInstalled: the cluster does not know"));
    let certificate = exposed(Exposure::NotInstalled("Certificate"), None);
    assert!(
        said(ExposureReady, &certificate).ends_with("install cert-manager, or remove exposure.tls.issuerRef")
    );
}

#[test]
fn a_certificate_that_nobody_has_made_is_missing() {
    let path = "spec.exposure.tls.secretName".to_owned();
    let facts = Facts { missing: vec![SecretReference { path, name: "tls".to_owned() }], ..fine() };
    assert_snapshot!(said(ExposureReady, &facts), @"ExposureReady=false MissingReference: spec.exposure.tls.secretName names Secret tls, which does not exist");
    assert!(said(Ready, &facts).starts_with("Ready=false MissingReference"));
}

#[test]
fn what_stands_alone_is_named_with_the_field_that_changes_it() {
    let alone = |what: &str, remedy: &str| Alone { what: what.to_owned(), remedy: remedy.to_owned() };
    let of = |alone| Facts { alone, ..fine() };
    let some = vec![
        alone("Postgres", "database.mode: CloudNativePG"),
        alone("orders", "services.orders.scaling.min: 2"),
    ];
    assert_snapshot!(said(HighlyAvailable, &of(Some(some))), @"HighlyAvailable=false NotHA: alone of their kind: Postgres, orders; in the spec, set database.mode: CloudNativePG, services.orders.scaling.min: 2");
    assert_snapshot!(said(HighlyAvailable, &of(Some(vec![]))), @"HighlyAvailable=true Redundant: everything has a second of its kind");
    assert_snapshot!(said(HighlyAvailable, &of(None)), @"HighlyAvailable=false NotHA: not known while nothing can be built: see Degraded");
}
