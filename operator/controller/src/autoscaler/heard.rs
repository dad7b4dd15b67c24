//! Takes in what the watches tell, and says which stacks to look at for it.

use std::collections::{HashMap, HashSet};

use contracts::Role;

use super::rivals::{Competes, Name, SlimHpa};
use super::view::View;
use super::watches::{Change, News};
use super::{Autoscaler, Service};
use crate::stack_key::StackKey;

/// Lists that are being told at present, and what has been in them so far: what is not in a whole list is gone.
#[derive(Default)]
pub struct Listings {
    deployments: HashSet<(StackKey, Role)>,
    rivals: HashMap<&'static str, HashSet<Name>>,
    /// Before all HPAs are known, one of somebody else's could be overlooked.
    complete: bool,
}

impl Autoscaler {
    pub(super) fn hear(&mut self, news: News) -> Vec<StackKey> {
        match news {
            News::Deployments(change) => self.deployment(change).into_iter().collect(),
            News::Rivals(kind, change) => self.rival(kind, change),
        }
    }

    pub(super) fn is_ready(&self) -> bool {
        self.listings.complete
    }

    fn deployment(&mut self, change: Change<(StackKey, Role), View>) -> Option<StackKey> {
        match change {
            Change::Begins => self.listings.deployments.clear(),
            Change::Listed(key, view) => {
                self.listings.deployments.insert(key.clone());
                return self.see(key, view);
            }
            Change::Ends => {
                let listed = std::mem::take(&mut self.listings.deployments);
                for (stack, known) in &mut self.stacks {
                    let gone = |role: Role| !listed.contains(&(stack.clone(), role));
                    known.services.iter_mut().filter(|(role, _)| gone(**role)).for_each(|(_, service)| {
                        service.view = None;
                    });
                }
            }
            Change::Is(key, view) => return self.see(key, view),
            Change::Gone((stack, role)) => {
                if let Some(known) = self.stacks.get_mut(&stack) {
                    known.services.entry(role).or_default().view = None;
                }
            }
        }
        None
    }

    /// A version alone is no reason to look.
    fn see(&mut self, (stack, role): (StackKey, Role), view: View) -> Option<StackKey> {
        let service = self.stacks.entry(stack.clone()).or_default().services.entry(role).or_default();
        service.see(view).then_some(stack)
    }

    fn rival(
        &mut self,
        kind: &'static str,
        change: Change<Name, Option<super::rivals::Rival>>,
    ) -> Vec<StackKey> {
        match change {
            Change::Begins => {
                self.listings.rivals.insert(kind, HashSet::new());
            }
            Change::Listed(name, rival) => {
                self.listings.rivals.entry(kind).or_default().insert(name.clone());
                self.rivals.put(name, rival);
            }
            Change::Ends => {
                let listed = self.listings.rivals.remove(kind).unwrap_or_default();
                for name in self.rivals.names(kind).iter().filter(|name| !listed.contains(name)) {
                    self.rivals.remove(name);
                }
                self.listings.complete |= kind == SlimHpa::KIND;
                return self.stacks.keys().cloned().collect();
            }
            Change::Is(name, rival) => {
                let namespace = name.namespace.clone();
                if self.rivals.put(name, rival) {
                    return self.of_namespace(&namespace);
                }
            }
            Change::Gone(name) => {
                if self.rivals.remove(&name) {
                    return self.of_namespace(&name.namespace);
                }
            }
        }
        Vec::new()
    }

    fn of_namespace(&self, namespace: &str) -> Vec<StackKey> {
        self.stacks.keys().filter(|stack| stack.namespace == namespace).cloned().collect()
    }
}

impl Service {
    /// True: there is something new about it. Old news do not undo what we know from our own writes.
    pub(super) fn see(&mut self, view: View) -> bool {
        let news = match &self.view {
            Some(known) if view.older_than(known) => return false,
            Some(known) => View { version: known.version.clone(), ..view.clone() } != *known,
            None => true,
        };
        self.view = Some(view);
        news
    }
}
