//! What the operator may do, and when; and which release it is about.

use std::time::Duration;

use operator_api::{EcommerceStackSpec, UpdateStrategy};

use super::Findings;
use crate::{Operation, Window};

const LONGEST_SOAK_S: u32 = 30 * 24 * 60 * 60;
const LONGEST_WINDOW_MIN: u32 = 7 * 24 * 60;

pub fn plan(spec: &EcommerceStackSpec, findings: &mut Findings) -> Operation {
    let operation = &spec.operation;
    let mut below = findings.below("spec.operation");
    let soak = below.number("contractAfterSeconds", operation.contract_after_seconds, 0, LONGEST_SOAK_S);
    Operation {
        paused: operation.paused,
        stopped: operation.stopped,
        supervised: operation.update_strategy == UpdateStrategy::Supervised,
        windows: windows(spec, findings),
        auto_rollback: operation.auto_rollback,
        contract_after: Duration::from_secs(soak.into()),
    }
}

fn windows(spec: &EcommerceStackSpec, findings: &mut Findings) -> Vec<Window> {
    let mut all = Vec::new();
    for (index, window) in spec.operation.maintenance_windows.iter().enumerate() {
        let path = format!("spec.operation.maintenanceWindows[{index}]");
        match Window::parse(window) {
            Ok(window) => all.push(window),
            Err("start") => {
                let message = format!("`{}` is no time of day: write it as 02:00", window.start.0);
                findings.add(&format!("{path}.start"), message);
            }
            Err(field) => {
                let message =
                    format!("nobody knows `{}`: write it as Europe/Berlin or UTC", window.time_zone.0);
                findings.add(&format!("{path}.{field}"), message);
            }
        }
        findings.below(&path).number("durationMinutes", window.duration_minutes, 5, LONGEST_WINDOW_MIN);
    }
    all
}

/// The release that the stack names.
pub fn version(spec: &EcommerceStackSpec, findings: &mut Findings) -> Option<String> {
    let version = &spec.version.as_ref()?.0;
    let number = |part: &str| (1..=5).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    if version.split('.').count() != 3 || !version.split('.').all(number) {
        findings.add("spec.version", format!("`{version}` is no version: write it as 0.3.0"));
    }
    Some(version.clone())
}
