//! What is told as an event on the stack.

use kube::runtime::events::{Event, EventType};

use super::judge::Seen;
use super::line::{Line, number};
use super::until::Until;
use super::view::{HOLD_UNTIL, PAUSED};
use crate::text::shortened;

/// Of the API for events.
const NOTE_LIMIT: usize = 1024;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    reason: &'static str,
    /// Told apart by this: the recorder counts what is the same, and keeps the first note.
    action: String,
    pub note: String,
    warning: bool,
}

impl Told {
    /// By the metrics, or by the spec.
    pub fn scaled(seen: &Seen<'_>, line: &Line) -> Self {
        let why = match &line.deciding {
            Some(deciding) => {
                let target = seen.plan.policy.metrics.iter().find(|metric| metric.name == deciding.metric);
                let target =
                    target.map_or_else(String::new, |metric| format!(" (target {})", aim(metric.target)));
                format!("{} is {}{target}", deciding.metric, number(deciding.value))
            }
            None => "as specified".to_owned(),
        };
        Self::set(seen, line.desired, &why)
    }

    /// For a reason of its own.
    pub fn set(seen: &Seen<'_>, to: u32, why: &str) -> Self {
        let from = seen.view.replicas;
        let reason = if to > from { "ScaledUp" } else { "ScaledDown" };
        Self::normal(
            reason,
            format!("Scale {} to {to}", seen.role),
            format!("{}: {from} -> {to} pods: {why}", seen.role),
        )
    }

    pub fn held(seen: &Seen<'_>, by: &str, until: Until) -> Self {
        let lasting = match until {
            Until::Time(_) => format!("until {until}"),
            Until::Forever => until.to_string(),
        };
        let note = format!(
            "{by} set {} pods of {}, held {lasting}; to release: kubectl {}",
            seen.view.replicas,
            seen.role,
            seen.annotate(&format!("{HOLD_UNTIL}-"))
        );
        Self::normal("ManualHold", format!("Hold {} at {}", seen.role, seen.view.replicas), note)
    }

    pub fn released(seen: &Seen<'_>, why: &str) -> Self {
        let note = format!("{} is held at {} pods no longer: {why}", seen.role, seen.view.replicas);
        Self::normal("HoldReleased", format!("Release {}", seen.role), note)
    }

    pub fn refused(seen: &Seen<'_>, by: &str, back_to: u32) -> Self {
        let note = format!(
            "{by} set {} pods of {}, and manual.hold is Refuse: {back_to} again",
            seen.view.replicas, seen.role
        );
        Self::warning("ScaleRefused", format!("Scale {} back to {back_to}", seen.role), note)
    }

    pub fn stopped(seen: &Seen<'_>) -> Self {
        let note = format!("the stack is stopped; {} had {} pods", seen.role, seen.view.replicas);
        Self::normal("Stopped", format!("Stop {}", seen.role), note)
    }

    pub fn resumed(seen: &Seen<'_>) -> Self {
        let note = format!("the stack runs again; {} has {} pods", seen.role, seen.view.replicas);
        Self::normal("Resumed", format!("Resume {}", seen.role), note)
    }

    pub fn yielded(seen: &Seen<'_>, rival: &str) -> Self {
        let note = format!(
            "{rival} scales {}, and is not the stack's, so the operator leaves it alone: delete it, or set \
             spec.services.{}.scaling.mode to External",
            seen.role, seen.role
        );
        Self::warning("YieldedToExternal", format!("Yield {} to {rival}", seen.role), note)
    }

    pub fn in_vain(seen: &Seen<'_>, by: &str) -> Self {
        let note = format!(
            "{by} set {} pods of {}, but the HPA decides in this mode; to keep the present number: kubectl {}",
            seen.view.replicas,
            seen.role,
            seen.annotate(&format!("{PAUSED}=true"))
        );
        Self::warning("HpaDecides", format!("Leave {} to the HPA", seen.role), note)
    }

    pub fn event(self) -> Event {
        Event {
            type_: if self.warning { EventType::Warning } else { EventType::Normal },
            reason: self.reason.to_owned(),
            note: Some(shortened(self.note, NOTE_LIMIT)),
            action: self.action,
            secondary: None,
        }
    }

    fn normal(reason: &'static str, action: String, note: String) -> Self {
        Self { reason, action, note, warning: false }
    }

    fn warning(reason: &'static str, action: String, note: String) -> Self {
        Self { reason, action, note, warning: true }
    }
}

fn aim(target: operator_scaling::Target) -> String {
    match target {
        operator_scaling::Target::PerPod(amount) => format!("{} per pod", number(amount)),
        operator_scaling::Target::Whole(amount) => number(amount),
    }
}
