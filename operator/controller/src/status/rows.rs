//! A row per service and their sum; a row per certificate.

use contracts::Role;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use k8s_openapi::jiff::Timestamp;
use operator_api::{AutoscalingStatus, CertificateStatus, CertificatesStatus, ServiceStatus};

use crate::autoscaler::{Data, Line, Standing};
use crate::facts::Facts;
use crate::pki::Phase;

pub fn rows(facts: &Facts, before: &[ServiceStatus]) -> Vec<ServiceStatus> {
    facts
        .services
        .iter()
        .map(|service| ServiceStatus {
            name: service.name.clone(),
            ready: service.pods.as_ref().map_or(0, |pods| pods.ready),
            desired: service.pods.as_ref().map_or(0, |pods| pods.desired),
            image: service.image.clone(),
            revision: service.revision,
            autoscaling: autoscaling(&service.name, facts, before),
        })
        .collect()
}

/// As it was before, until the autoscaler has looked and Prometheus was asked.
fn autoscaling(name: &str, facts: &Facts, before: &[ServiceStatus]) -> Option<AutoscalingStatus> {
    let line = Role::find(name).and_then(|role| facts.scaling.get(&role));
    let row = before.iter().find(|row| row.name == name).and_then(|row| row.autoscaling.clone());
    match (line, row) {
        (None, row) => row,
        (Some(line), Some(row)) if unasked(line, &row) => Some(row),
        (Some(line), _) => Some(line.row()),
    }
}

/// Nothing is known to have changed since the process before this one asked.
fn unasked(line: &Line, before: &AutoscalingStatus) -> bool {
    line.data == Data::NotAskedYet
        && line.standing == Standing::Free
        && before.hold_until.is_none()
        && (line.row().mode, line.row().desired) == (before.mode.clone(), before.desired)
}

/// Who is held at how many pods, and until when: `catalog=5 until 14:05Z`.
pub fn holds(facts: &Facts, before: Option<&String>, now: Timestamp) -> Option<String> {
    if facts.scaling.is_empty() {
        return before.cloned();
    }
    let held = facts.scaling.iter().filter_map(|(role, line)| {
        let Standing::Held(mark) = &line.standing else { return None };
        Some(format!("{role}={} {}", line.desired, mark.short(now)))
    });
    Some(held.collect::<Vec<_>>().join(", ")).filter(|holds| !holds.is_empty())
}

/// `6/7`: how many services are up, of how many.
pub fn summary(facts: &Facts) -> String {
    let up = facts.services.iter().filter(|service| service.up()).count();
    format!("{up}/{}", facts.services.len())
}

/// Of the stack's CA and certificates.
pub fn certificates(facts: &Facts) -> Option<CertificatesStatus> {
    let certificates = facts.certificates.as_ref()?;
    let leaves = certificates.leaves.iter().map(|(part, expires)| CertificateStatus {
        name: part.name().to_owned(),
        expires: Some(Time(*expires)),
    });
    Some(CertificatesStatus {
        phase: certificates.phase.unwrap_or(Phase::Stable).name().to_owned(),
        ca_expires: certificates.authority_expires.map(Time),
        next_rotation: certificates.next.map(Time),
        bundle_hash: certificates.bundle.clone(),
        leaves: leaves.collect(),
    })
}
