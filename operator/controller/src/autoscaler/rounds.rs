//! Asks for readings, each Prometheus by itself: one that is slow keeps nobody waiting but its own stacks.

use std::collections::HashMap;
use std::sync::Arc;

use k8s_openapi::jiff::Timestamp;
use operator_api::ScalingMode;

use super::Autoscaler;
use super::collect::{Collector, Known, Measured, Subject};
use super::registration::{Registered, Registration};
use crate::clock::moment;
use crate::prometheus::Server;
use crate::stack_key::StackKey;

pub type Stacks = Vec<(StackKey, Arc<Registration>)>;

/// What Prometheus said last of one service, and for whom it was asked.
#[derive(Debug, PartialEq)]
pub struct Heard {
    pub registration: Arc<Registration>,
    pub known: Known,
}

/// What one Prometheus said of the stacks that have it.
pub struct Round {
    stacks: Stacks,
    known: Vec<Vec<Known>>,
}

impl Autoscaler {
    /// What to ask at a tick, by whom it is to be asked of.
    /// And the stacks that ask for nothing.
    pub(super) fn groups(&self) -> (Vec<Stacks>, Vec<StackKey>) {
        self.groups_of(|_, _| true)
    }

    /// The same for stacks with a service that sleeps: who waits for it waits for us to look.
    pub(super) fn groups_asleep(&self) -> Vec<Stacks> {
        self.groups_of(|stack, registration| self.sleeps(stack, registration)).0
    }

    fn groups_of(&self, counts: impl Fn(&StackKey, &Registration) -> bool) -> (Vec<Stacks>, Vec<StackKey>) {
        let mut groups: HashMap<Option<Server>, Stacks> = HashMap::new();
        let mut unmeasured = Vec::new();
        for (stack, Registered { registration, .. }) in self.table.all_active() {
            if !counts(&stack, &registration) {
                continue;
            }
            if measured(&registration).next().is_some() {
                let group = groups.entry(registration.server.clone().ok()).or_default();
                group.push((stack, registration));
            } else {
                unmeasured.push(stack);
            }
        }
        (groups.into_values().collect(), unmeasured)
    }

    fn sleeps(&self, stack: &StackKey, registration: &Registration) -> bool {
        let Some(stack) = self.stacks.get(stack) else { return false };
        measured(registration).filter(|measured| measured.policy.min == 0).any(|measured| {
            let view = stack.services.get(&measured.role).and_then(|service| service.view.as_ref());
            view.is_some_and(|view| view.replicas == 0)
        })
    }

    /// Takes in what was said, and says which stacks to look at for it.
    pub(super) fn learn(&mut self, round: Round) -> Vec<StackKey> {
        let mut all = Vec::with_capacity(round.stacks.len());
        for ((key, registration), known) in round.stacks.into_iter().zip(round.known) {
            if let Some(stack) = self.stacks.get_mut(&key) {
                let roles = measured(&registration).map(|measured| measured.role).collect::<Vec<_>>();
                for (role, known) in roles.into_iter().zip(known) {
                    let heard = Heard { registration: registration.clone(), known };
                    stack.services.entry(role).or_default().heard = Some(Arc::new(heard));
                }
            }
            all.push(key);
        }
        all
    }
}

pub async fn ask(collector: &Collector, stacks: Stacks, now: Timestamp) -> Round {
    let known = collector.collect(&subjects(&stacks), moment(now)).await;
    Round { stacks, known }
}

fn subjects(stacks: &Stacks) -> Vec<Subject<'_>> {
    let mut subjects = Vec::with_capacity(stacks.len());
    for (key, registration) in stacks {
        subjects.push(Subject {
            key,
            server: registration.server.clone(),
            scrape_interval: registration.scrape_interval,
            services: measured(registration).collect(),
        });
    }
    subjects
}

/// KEDA asks by itself, and nobody asks for the rest.
fn measured(registration: &Registration) -> impl Iterator<Item = Measured<'_>> {
    let by_us = |mode| matches!(mode, ScalingMode::Native | ScalingMode::Hpa);
    registration
        .plans
        .iter()
        .filter(move |(_, plan)| by_us(plan.mode))
        .map(|(role, plan)| Measured { role: *role, policy: &plan.policy })
}
