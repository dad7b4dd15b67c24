use insta::assert_snapshot;
use k8s_openapi::jiff::Timestamp;
use operator_api::{ConditionType, EcommerceStackStatus, ScalingMode};
use operator_scaling::NoData;

use super::super::assemble;
use super::{fine, said};
use crate::autoscaler::{Data, Line, Mark, Standing, Until};
use crate::facts::Facts;
use contracts::Role;

fn line(mode: ScalingMode) -> Line {
    let data = match mode {
        ScalingMode::Native | ScalingMode::Hpa => Data::Present,
        _ => Data::NotNeeded,
    };
    Line { mode, desired: 2, deciding: None, held_back: None, standing: Standing::Free, data }
}

/// With these services; all others report nothing.
fn with(lines: &[(Role, Line)]) -> Facts {
    Facts { scaling: lines.iter().cloned().collect(), ..fine() }
}

fn standing(standing: Standing) -> Facts {
    with(&[
        (Role::Catalog, Line { standing, ..line(ScalingMode::Native) }),
        (Role::Orders, line(ScalingMode::Fixed)),
    ])
}

fn missing(why: NoData) -> Facts {
    let data = Data::Missing { metric: "requests".to_owned(), why };
    with(&[
        (Role::Gateway, line(ScalingMode::Native)),
        (Role::Catalog, Line { data, ..line(ScalingMode::Native) }),
    ])
}

#[test]
fn whoever_keeps_the_operator_from_scaling_is_named_with_the_way_out() {
    let until = Mark::Until(Until::parse("2026-11-22T14:05:00Z").unwrap());
    let cases = [
        standing(Standing::Free),
        standing(Standing::Held(until)),
        standing(Standing::Paused("annotation ecommercestack.dev/autoscaling-paused".to_owned())),
        standing(Standing::Yielded("HPA theirs".to_owned())),
        standing(Standing::Waiting("HPA shop-catalog".to_owned())),
        standing(Standing::KedaMissing),
        with(&[(Role::Catalog, line(ScalingMode::Fixed)), (Role::Orders, line(ScalingMode::External))]),
        Facts { paused: true, ..standing(Standing::Free) },
    ];
    let said: Vec<String> = cases.iter().map(|facts| said(ConditionType::AutoscalingActive, facts)).collect();
    assert_snapshot!(said.join("\n"), @r"
    AutoscalingActive=true ScalingByMetrics: the number of pods follows the metrics
    AutoscalingActive=false ManualHold: catalog is held at the number of pods that somebody chose: to release: kubectl -n shops annotate deployment shop-catalog ecommercestack.dev/hold-until-
    AutoscalingActive=false Paused: catalog is paused by annotation ecommercestack.dev/autoscaling-paused
    AutoscalingActive=false YieldedToExternal: HPA theirs scales catalog, and is not the stack's: kubectl -n shops delete hpa theirs, or set spec.services.catalog.scaling.mode to External
    AutoscalingActive=true ScalingByMetrics: the number of pods follows the metrics
    AutoscalingActive=false KedaNotInstalled: catalog: mode KEDA, and the cluster knows no ScaledObject, so the number of pods stays: install KEDA, or choose another mode
    AutoscalingActive=true NothingToScale: every service is in mode Fixed or External
    AutoscalingActive=false Paused: nothing is scaled while spec.operation.paused is true
    ");
}

#[test]
fn a_metric_without_a_value_is_named_with_the_reason() {
    let cases = [
        with(&[(Role::Catalog, line(ScalingMode::Native))]),
        with(&[(Role::Catalog, line(ScalingMode::Fixed)), (Role::Orders, line(ScalingMode::Keda))]),
        with(&[(Role::Catalog, Line { data: Data::NotAskedYet, ..line(ScalingMode::Native) })]),
        missing(NoData::Disabled),
        missing(NoData::Unreachable("connection refused".to_owned())),
        missing(NoData::Refused("it answered 401 Unauthorized".to_owned())),
        missing(NoData::ManySeries(7)),
    ];
    let said: Vec<String> = cases.iter().map(|facts| said(ConditionType::MetricsAvailable, facts)).collect();
    assert_snapshot!(said.join("\n"), @r"
    MetricsAvailable=true AllMetricsPresent: every metric has a value
    MetricsAvailable=true NoMetricsNeeded: the operator scales no service by metrics
    MetricsAvailable=false NotAskedYet: Prometheus has not answered for every service yet
    MetricsAvailable=false PrometheusDisabled: catalog should follow metrics, and spec.observability.prometheus.mode is Disabled: choose Embedded or External, or mode Fixed for them; the number of pods stays until onMissingMetrics says otherwise
    MetricsAvailable=false PrometheusUnreachable: Prometheus is not there for catalog: connection refused; the number of pods stays until onMissingMetrics says otherwise
    MetricsAvailable=false QueryRefused: catalog/requests: it answered 401 Unauthorized; the number of pods stays until onMissingMetrics says otherwise
    MetricsAvailable=false NoData: catalog/requests: 7 series, and one is needed: aggregate them, as with sum(..); the number of pods stays until onMissingMetrics says otherwise
    ");
}

#[test]
fn how_a_stack_is_scaled_makes_it_neither_unready_nor_degraded() {
    for facts in [missing(NoData::Disabled), standing(Standing::KedaMissing)] {
        assert!(said(ConditionType::Ready, &facts).starts_with("Ready=true"));
        assert!(said(ConditionType::Degraded, &facts).starts_with("Degraded=false"));
    }
}

#[test]
fn holds_are_shown_with_their_end() {
    let now: Timestamp = "2026-11-22T13:35:00Z".parse().unwrap();
    let held = |mark: &str| Line {
        standing: Standing::Held(Until::parse(mark).map_or(Mark::Unreadable(mark.to_owned()), Mark::Until)),
        ..line(ScalingMode::Native)
    };
    let facts = with(&[
        (Role::Catalog, held("2026-11-22T14:05:00Z")),
        (Role::Orders, held("forever")),
        (Role::Payments, held("tomorrow")),
    ]);
    let holds = |facts: &Facts, before: &EcommerceStackStatus| assemble(facts, before, 1, now).holds;
    let nothing = EcommerceStackStatus::default();
    let shown = holds(&facts, &nothing);
    assert_eq!(
        shown.as_deref(),
        Some("catalog=2 until 14:05Z, orders=2 forever, payments=2 until tomorrow?")
    );
    assert_eq!(holds(&with(&[(Role::Catalog, line(ScalingMode::Native))]), &nothing), None);

    let before = assemble(&facts, &nothing, 1, now);
    assert_eq!(assemble(&fine(), &before, 1, now), before, "until the autoscaler has looked, nothing is new");
}

#[test]
fn after_a_restart_a_row_stays_until_prometheus_was_asked() {
    let now: Timestamp = "2026-11-22T13:35:00Z".parse().unwrap();
    let rows = |facts: &Facts, before: &EcommerceStackStatus| assemble(facts, before, 1, now).services;
    let orders = |line: Line| with(&[(Role::Orders, line)]);
    let data = Data::Missing { metric: "requests".to_owned(), why: NoData::Disabled };
    let asked = orders(Line { data, ..line(ScalingMode::Native) });
    let before = assemble(&asked, &EcommerceStackStatus::default(), 1, now);
    let unasked = Line { data: Data::NotAskedYet, ..line(ScalingMode::Native) };

    assert_eq!(rows(&orders(unasked.clone()), &before), before.services);
    let paused = Standing::Paused("an annotation".to_owned());
    for news in [Line { desired: 3, ..unasked.clone() }, Line { standing: paused, ..unasked }] {
        assert_ne!(rows(&orders(news.clone()), &before), before.services, "{news:?}");
    }
}
