//! A look at a stack: what to do about each of its services, and what to report.

use std::collections::BTreeMap;
use std::sync::Arc;

use contracts::Role;

use super::judge::{Act, Seen, judge};
use super::line::Line;
use super::perform::{Done, Errand, Task};
use super::registration::{Former, Registered, Registration};
use super::rounds::Heard;
use super::state::State;
use super::view::{View, workload};
use super::{Autoscaler, Service};
use crate::clock::moment;
use crate::stack_key::StackKey;

/// What a look has found worth reporting.
#[derive(Default)]
struct Findings {
    lines: BTreeMap<Role, Line>,
    floors: BTreeMap<Role, u32>,
}

impl Autoscaler {
    /// `None`: there is nothing to do.
    pub(super) fn look(&mut self, key: &StackKey) -> Option<Errand> {
        if !self.is_ready() {
            return None;
        }
        let Some(registered) = self.table.active(key) else {
            self.forget_unknown(key);
            return None;
        };
        let stack = self.stacks.entry(key.clone()).or_default();
        if stack.busy {
            stack.again = true;
            return None;
        }
        let (tasks, findings) = self.judge_all(key, &registered);
        self.report(key, &registered, findings);
        if tasks.is_empty() {
            return None;
        }
        self.stacks.entry(key.clone()).or_default().busy = true;
        Some(Errand { stack: key.clone(), reference: registered.registration.reference.clone(), tasks })
    }

    /// True: there is reason to look again.
    pub(super) fn done(&mut self, key: &StackKey, all: Vec<Done>) -> bool {
        let now = self.clock.now();
        let Some(stack) = self.stacks.get_mut(key) else { return false };
        stack.busy = false;
        let mut again = std::mem::take(&mut stack.again);
        for Done { role, act, view } in all {
            let (Some(view), Some(service)) = (view, stack.services.get_mut(&role)) else { continue };
            if let Act::Scale { to, sampled, .. } = &act {
                let from = service.view.as_ref().map_or(*to, |before| before.replicas);
                self.metrics.scaling().scaled(*to > from, sampled.map(|sampled| moment(now).since(sampled)));
            }
            again |= service.state.did(&act, &view);
            service.see(view);
        }
        again
    }

    /// How many services somebody holds.
    pub(super) fn held(&self) -> usize {
        let services = self.stacks.values().flat_map(|stack| stack.services.values());
        services.filter(|service| service.view.is_some() && service.state.held).count()
    }

    fn judge_all(&mut self, key: &StackKey, registered: &Registered) -> (Vec<Task>, Findings) {
        let (registration, now) = (&registered.registration, self.clock.now());
        let keda = self.discovery.offers().has("ScaledObject");
        let services = &mut self.stacks.entry(key.clone()).or_default().services;
        let (mut tasks, mut findings) = (Vec::new(), Findings::default());
        for (role, plan) in &registration.plans {
            let service = services.entry(*role).or_default();
            let ours = |view: &&View| view.stack_uid == registration.uid && !view.leaving;
            let Some(view) = service.view.as_ref().filter(ours) else { continue };
            remember(&mut service.state, view, registered.remembered.get(role).copied());
            let seen = Seen {
                now,
                stack: key,
                role: *role,
                plan,
                view,
                rivalry: self.rivals.of(&key.namespace, &workload(&key.name, *role), &registration.uid),
                paused: registration.annotation.as_deref(),
                keda,
                registration,
                heard: heard(service.heard.as_ref(), *role, registered),
            };
            let judgement = judge(&mut service.state, &seen);
            if let Some(line) = service.publication.next(&judgement.line, now) {
                findings.lines.insert(*role, line);
            }
            if let Some(floor) = judgement.floor {
                findings.floors.insert(*role, floor);
            }
            if judgement.act.is_some() || judgement.told.is_some() {
                let (act, told) = (judgement.act, judgement.told);
                tasks.push(Task { role: *role, view: view.clone(), act, told });
            }
        }
        (tasks, findings)
    }

    fn report(&self, key: &StackKey, registered: &Registered, findings: Findings) {
        let Findings { lines, floors } = findings;
        for (role, line) in &lines {
            self.metrics.scaling().desires(key, *role, line.desired);
        }
        let plans = &registered.registration.plans;
        self.table.update(key, |report| {
            let disabled: Vec<Role> =
                report.lines.keys().copied().filter(|role| !plans.contains_key(role)).collect();
            for role in &disabled {
                report.lines.remove(role);
                self.metrics.scaling().forgets(key, *role);
            }
            let changed = !disabled.is_empty() || !lines.is_empty() || report.floors != floors;
            report.lines.extend(lines);
            report.floors = floors;
            changed
        });
    }

    /// What is left of a stack that is gone.
    fn forget_unknown(&mut self, key: &StackKey) {
        if self.table.knows(key) {
            return;
        }
        let Some(stack) = self.stacks.get_mut(key) else { return };
        for role in stack.services.keys() {
            self.metrics.scaling().forgets(key, *role);
        }
        // The Deployments go after their stack, or wait for another one of its name.
        stack.services.retain(|_, service| service.view.is_some());
        for service in stack.services.values_mut() {
            **service = Service { view: service.view.take(), ..Service::default() };
        }
        if stack.services.is_empty() {
            self.stacks.remove(key);
        }
    }
}

/// A Deployment that is new to us was perhaps not new to the process before.
fn remember(state: &mut State, view: &View, former: Option<Former>) {
    if state.uid == view.uid {
        return;
    }
    *state = match former {
        Some(former) if state.uid.is_empty() => State::after(former, view),
        _ => State::new(view),
    };
}

/// What Prometheus said, as long as it was asked for what the plan still measures.
fn heard<'a>(heard: Option<&'a Arc<Heard>>, role: Role, now: &Registered) -> Option<&'a Arc<Heard>> {
    let metrics =
        |registration: &Registration| registration.plans.get(&role).map(|plan| plan.policy.metrics.clone());
    heard.filter(|heard| {
        Arc::ptr_eq(&heard.registration, &now.registration)
            || metrics(&heard.registration) == metrics(&now.registration)
    })
}
