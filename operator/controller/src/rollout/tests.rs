use k8s_openapi::jiff::Timestamp;
use operator_api::{EcommerceStackStatus, RolloutStatus, VersionStatus};

use super::{Soak, soak};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use std::time::Duration;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(seconds).unwrap()
}

fn before(current: Option<&str>, step: Option<&str>) -> EcommerceStackStatus {
    let rollout = step.map(|step| RolloutStatus {
        step: step.to_owned(),
        started_at: Some(Time(at(1000))),
        ..RolloutStatus::default()
    });
    let version = VersionStatus { current: current.map(str::to_owned), ..VersionStatus::default() };
    EcommerceStackStatus { version: Some(version), rollout, ..EcommerceStackStatus::default() }
}

fn told(before: &EcommerceStackStatus, approved: Option<&str>, now: i64) -> Soak {
    soak(before, "0.2.0", approved, Duration::from_secs(60), at(now))
}

#[test]
fn a_soak_begins_when_the_services_run_and_ends_by_the_clock_or_by_somebodys_word() {
    let just_now = before(Some("0.1.0"), Some("Services"));
    assert_eq!(told(&just_now, None, 5000), Soak::Until(at(5060)));
    let soaking = before(Some("0.2.0"), Some("Soak"));
    assert_eq!(told(&soaking, None, 1059), Soak::Until(at(1060)));
    assert_eq!(told(&soaking, None, 1060), Soak::Over);
    assert_eq!(told(&soaking, Some("0.2.0"), 1001), Soak::Over);
    assert_eq!(told(&soaking, Some("0.1.0"), 1001), Soak::Until(at(1060)), "that was another release");
}

#[test]
fn what_nobody_ever_used_is_not_kept() {
    assert_eq!(told(&before(None, None), None, 5000), Soak::Over);
    assert_eq!(told(&before(Some("0.2.0"), None), None, 5000), Soak::Over);
    assert_eq!(told(&before(Some("0.2.0"), Some("Contract")), None, 5000), Soak::Over);
}

#[test]
fn a_process_that_ended_before_it_told_of_the_rollout_does_not_cut_the_soak() {
    assert_eq!(told(&before(Some("0.1.0"), None), None, 5000), Soak::Until(at(5060)));
}
