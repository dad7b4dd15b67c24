//! The plan as text: objects with their changes, pods that start anew, migrations, the order, and what holds it up. Pure.

use std::fmt::Write;

use contracts::Role;
use operator_desired::Step;

use super::difference::differences;
use crate::live::LiveObject;
use crate::pass::dereference::Surroundings;
use crate::pass::plan::Prepared;
use crate::pass::prune::superfluous;
use crate::pass::stack::Stack;
use crate::pass::verdict::{Gate, Verdict, Why, verdict};
use crate::pass::wanted::Wanted;
use crate::rollout::{APPROVE, Permission, Soak, runs_pods};

/// The objects by what would become of them.
#[derive(Default)]
struct Sorted<'a> {
    created: Vec<&'a Wanted>,
    changed: Vec<(&'a Wanted, &'a LiveObject)>,
    deleted: Vec<&'a LiveObject>,
    kept: usize,
}

/// The text, and whether anything would change.
pub fn report(stack: &Stack, prepared: &Prepared, surroundings: &Surroundings) -> (String, bool) {
    let sorted = sorted(stack, prepared, surroundings);
    let changes = !(sorted.created.is_empty() && sorted.changed.is_empty() && sorted.deleted.is_empty());
    let release = &prepared.release;
    let mut text = match release.from.as_ref().filter(|from| **from != release.version) {
        Some(from) => format!("{}: {from} -> {}\n", stack.key, release.version),
        None => format!("{}: {}\n", stack.key, release.version),
    };
    let sections = [objects(&sorted, prepared), order(&sorted, prepared), held(stack, &sorted, prepared)];
    sections.iter().filter(|section| !section.is_empty()).for_each(|section| {
        let _ = write!(text, "\n{section}");
    });
    let (created, changed, deleted) = (sorted.created.len(), sorted.changed.len(), sorted.deleted.len());
    let _ = writeln!(
        text,
        "\n{created} to create, {changed} to change, {deleted} to delete, {} stay as they are",
        sorted.kept
    );
    (text, changes)
}

fn sorted<'a>(stack: &Stack, prepared: &'a Prepared, surroundings: &'a Surroundings) -> Sorted<'a> {
    let mut sorted = Sorted::default();
    for wanted in &prepared.wanted {
        let found = surroundings.live.get(wanted.kind, &wanted.name);
        match (verdict(wanted, found, Gate::UPKEEP), found) {
            (Verdict::Write(Why::Changed | Why::Edited(_)), Some(found)) => {
                sorted.changed.push((wanted, found));
            }
            (Verdict::Create, _) => sorted.created.push(wanted),
            _ => sorted.kept += 1,
        }
    }
    let wanted = |object: &LiveObject| {
        prepared.wanted.iter().any(|wanted| wanted.kind == object.kind && wanted.name == object.name())
    };
    sorted.deleted = surroundings
        .live
        .iter()
        .filter(|object| superfluous(object, stack, &prepared.checked) && !wanted(object))
        .collect();
    sorted
}

fn objects(sorted: &Sorted<'_>, prepared: &Prepared) -> String {
    let mut text = String::new();
    for wanted in &sorted.created {
        let _ = writeln!(text, "+ {}", wanted.title());
    }
    for (wanted, found) in &sorted.changed {
        let restarts = if restarts(wanted, prepared, found) { "  (its pods start anew)" } else { "" };
        let _ = writeln!(text, "~ {}{restarts}", wanted.title());
        let _ = lines(wanted, found, prepared).iter().try_for_each(|line| writeln!(text, "    {line}"));
    }
    for object in &sorted.deleted {
        let _ = writeln!(text, "- {} {}", object.kind.kind, object.name());
    }
    text
}

/// Against what was applied last, where that is known; it is without what the API server and others have added.
fn lines(wanted: &Wanted, found: &LiveObject, prepared: &Prepared) -> Vec<String> {
    match prepared.last_good.before(wanted).filter(|old| found.applied_hash() == Some(&old.hash)) {
        Some(old) => differences(&old.value, &wanted.value, true),
        None => differences(&found.value, &wanted.value, false),
    }
}

fn restarts(wanted: &Wanted, prepared: &Prepared, found: &LiveObject) -> bool {
    runs_pods(wanted.kind)
        && lines(wanted, found, prepared).iter().any(|line| line.starts_with("spec.template"))
}

/// Migrations, then services in layers.
fn order(sorted: &Sorted<'_>, prepared: &Prepared) -> String {
    let jobs = |step: Step| -> Vec<String> {
        let jobs = sorted.created.iter().filter(|wanted| wanted.step == step && wanted.kind.kind == "Job");
        jobs.map(|wanted| wanted.name.clone()).collect()
    };
    let mut steps: Vec<(String, Vec<String>)> = vec![("migrate".to_owned(), jobs(Step::Migrations))];
    let layer = |role: &Role| prepared.checked.layer(*role);
    let roles: Vec<Role> = prepared.checked.services().iter().map(|service| service.role).collect();
    for this in 0..=roles.iter().map(layer).max().unwrap_or(0) {
        let roles = roles.iter().filter(|role| layer(role) == this);
        let changed = roles.filter(|role| {
            let component = operator_desired::Component::Service(**role);
            sorted
                .changed
                .iter()
                .any(|(wanted, found)| wanted.component == component && restarts(wanted, prepared, found))
        });
        steps.push(("roll out".to_owned(), changed.map(|role| role.name().to_owned()).collect()));
    }
    let soak = match prepared.soak {
        Soak::Over => "remove what only older pods used".to_owned(),
        Soak::Until(until) => format!("remove what only older pods used, not before {until}"),
    };
    steps.push((soak, jobs(Step::Contract)));
    let mut text = String::new();
    for (number, (what, names)) in (1..).zip(steps.iter().filter(|(_, names)| !names.is_empty())) {
        let _ = writeln!(text, "{number}. {what}: {}", names.join(", "));
    }
    text
}

fn held(stack: &Stack, sorted: &Sorted<'_>, prepared: &Prepared) -> String {
    let pods = sorted.changed.iter().any(|(wanted, _)| runs_pods(wanted.kind));
    let (namespace, name) = (&stack.key.namespace, &stack.key.name);
    if let Some(failure) = prepared.release.failure.as_ref().filter(|failure| failure.goes_back) {
        return format!(
            "Not tried again: {} of {} did not come up: {}\n",
            failure.role, prepared.release.version, failure.why
        );
    }
    if prepared.services_stopped {
        let why = if prepared.state.services_stopped() { "while the data moves" } else { "by the spec" };
        return format!("Held: the services are stopped {why}\n");
    }
    match &prepared.release.permission {
        Permission::NotApproved if pods => format!(
            "Held until: kubectl -n {namespace} annotate --overwrite ecommercestack {name} {APPROVE}={}\n",
            prepared.release.target
        ),
        Permission::OutsideWindow { opens: Some(opens) } if pods => {
            format!("Held until the next maintenance window opens at {opens}\n")
        }
        Permission::OutsideWindow { opens: None } if pods => {
            "Held: no maintenance window ever opens\n".to_owned()
        }
        _ => String::new(),
    }
}
