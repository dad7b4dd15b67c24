//! AutoscalingActive: the operator is free to scale every service that it is to scale.

use operator_api::{Reason, ScalingMode};

use super::Verdict;
use crate::autoscaler::{HOLD_UNTIL, Line, Standing};
use crate::facts::Facts;

pub fn autoscaling_active(facts: &Facts) -> Verdict {
    if facts.paused {
        return Verdict::no(Reason::Paused, "nothing is scaled while spec.operation.paused is true");
    }
    if facts.services_stopped {
        return Verdict::no(Reason::Stopped, "no service has pods while the stack is stopped");
    }
    [yielded, keda_missing, held, paused].iter().find_map(|check| check(facts)).unwrap_or_else(|| {
        let by_metrics = |line: &Line| !matches!(line.mode, ScalingMode::Fixed | ScalingMode::External);
        // Before the first look nobody is known to be kept from anything.
        if facts.scaling.is_empty() || facts.scaling.values().any(by_metrics) {
            Verdict::yes(Reason::ScalingByMetrics, "the number of pods follows the metrics")
        } else {
            Verdict::yes(Reason::NothingToScale, "every service is in mode Fixed or External")
        }
    })
}

fn yielded(facts: &Facts) -> Option<Verdict> {
    let said = said(facts, |role, standing| match standing {
        Standing::Yielded(rival) => Some(format!(
            "{rival} scales {role}, and is not the stack's: {} delete {}, or set spec.services.{role}.scaling.mode to \
             External",
            facts.kubectl(),
            object(rival)
        )),
        _ => None,
    });
    said.map(|message| Verdict::no(Reason::YieldedToExternal, message))
}

/// As kubectl takes it: `hpa catalog`.
fn object(rival: &str) -> String {
    let (kind, name) = rival.split_once(' ').unwrap_or(("hpa", rival));
    format!("{} {name}", kind.to_lowercase())
}

fn keda_missing(facts: &Facts) -> Option<Verdict> {
    let said = said(facts, |role, standing| (*standing == Standing::KedaMissing).then(|| role.to_owned()));
    said.map(|roles| {
        let message = format!(
            "{roles}: mode KEDA, and the cluster knows no ScaledObject, so the number of pods stays: install KEDA, or \
             choose another mode"
        );
        Verdict::no(Reason::KedaNotInstalled, message)
    })
}

fn held(facts: &Facts) -> Option<Verdict> {
    let said = said(facts, |role, standing| match standing {
        Standing::Held(_) => Some(format!(
            "{role} is held at the number of pods that somebody chose: to release: {} annotate deployment {} \
             {HOLD_UNTIL}-",
            facts.kubectl(),
            name(facts, role)
        )),
        _ => None,
    });
    said.map(|message| Verdict::no(Reason::ManualHold, message))
}

fn paused(facts: &Facts) -> Option<Verdict> {
    let said = said(facts, |role, standing| match standing {
        Standing::Paused(why) => Some(format!("{role} is paused by {why}")),
        _ => None,
    });
    said.map(|message| Verdict::no(Reason::Paused, message))
}

/// What `of` has to say about each service.
fn said(facts: &Facts, of: impl Fn(&str, &Standing) -> Option<String>) -> Option<String> {
    let lines = facts.scaling.iter();
    let all: Vec<String> = lines.filter_map(|(role, line)| of(role.name(), &line.standing)).collect();
    (!all.is_empty()).then(|| all.join("; "))
}

fn name(facts: &Facts, role: &str) -> String {
    format!("{}-{role}", facts.key.name)
}
