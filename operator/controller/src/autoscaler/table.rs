//! Where passes and the autoscaler meet: what stacks there are, and what there is to report of them.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use contracts::Role;

use super::line::Line;
use super::registration::{Registered, Registration, Remembered};
use crate::nudges::Nudges;
use crate::stack_key::StackKey;

#[derive(Default)]
pub struct Table {
    stacks: Mutex<HashMap<StackKey, Entry>>,
    /// Stacks that the autoscaler shall look at.
    pub to_judge: Nudges,
    /// Stacks that want a pass, for there is something to report, or other bounds to apply.
    pub to_publish: Arc<Nudges>,
}

struct Entry {
    registration: Arc<Registration>,
    remembered: Arc<Remembered>,
    /// Nothing keeps the operator from changing it.
    active: bool,
    report: Report,
}

/// What passes get to know.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    pub lines: BTreeMap<Role, Line>,
    /// In mode HPA what the HPA of a service is not to go below.
    pub floors: BTreeMap<Role, u32>,
}

impl Table {
    pub fn register(
        &self,
        stack: &StackKey,
        registration: &Registration,
        remembered: impl FnOnce() -> Remembered,
    ) {
        let news = self.with(|stacks| match stacks.get_mut(stack) {
            Some(entry) if entry.registration.uid == registration.uid => {
                let news = !entry.active || *entry.registration != *registration;
                if news {
                    entry.active = true;
                    entry.registration = Arc::new(registration.clone());
                }
                news
            }
            _ => {
                let entry = Entry {
                    registration: Arc::new(registration.clone()),
                    remembered: Arc::new(remembered()),
                    active: true,
                    report: Report::default(),
                };
                stacks.insert(stack.clone(), entry);
                true
            }
        });
        if news {
            self.to_judge.nudge(stack);
        }
    }

    /// Its spec can't be carried out at present: whatever runs is left alone.
    pub fn suspend(&self, stack: &StackKey) {
        self.with(|stacks| {
            if let Some(entry) = stacks.get_mut(stack) {
                entry.active = false;
            }
        });
    }

    pub fn forget(&self, stack: &StackKey) {
        if self.with(|stacks| stacks.remove(stack)).is_some() {
            self.to_judge.nudge(stack);
        }
    }

    pub fn report(&self, stack: &StackKey) -> Option<Report> {
        self.with(|stacks| stacks.get(stack).map(|entry| entry.report.clone()))
    }

    pub fn knows(&self, stack: &StackKey) -> bool {
        self.with(|stacks| stacks.contains_key(stack))
    }

    /// `None`: there is no such stack, or nothing may be done about it.
    pub fn active(&self, stack: &StackKey) -> Option<Registered> {
        self.with(|stacks| stacks.get(stack).and_then(Entry::registered))
    }

    pub fn all_active(&self) -> Vec<(StackKey, Registered)> {
        self.with(|stacks| {
            stacks.iter().filter_map(|(stack, entry)| Some((stack.clone(), entry.registered()?))).collect()
        })
    }

    /// Takes over what `change` makes of the report, and has it published where it makes a difference.
    pub fn update(&self, stack: &StackKey, change: impl FnOnce(&mut Report) -> bool) {
        let changed =
            self.with(|stacks| stacks.get_mut(stack).is_some_and(|entry| change(&mut entry.report)));
        if changed {
            self.to_publish.nudge(stack);
        }
    }

    fn with<T>(&self, act: impl FnOnce(&mut HashMap<StackKey, Entry>) -> T) -> T {
        act(&mut self.stacks.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Entry {
    fn registered(&self) -> Option<Registered> {
        let may = self.active && !self.registration.paused;
        may.then(|| Registered {
            registration: self.registration.clone(),
            remembered: self.remembered.clone(),
        })
    }
}
