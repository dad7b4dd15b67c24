//! Takes in what the watches tell, and says which stacks to look at for it.

use std::collections::{HashMap, HashSet};

use contracts::Role;

use super::rivals::{Competes, Name, SlimHpa};
use super::view::View;
use super::watches::{Change, News};
use super::{Autoscaler, Service};
use crate::scope::Area;
use crate::stack_key::StackKey;

/// Lists that are being told at present, and what has been in them so far: what is not in a whole list is gone.
#[derive(Default)]
pub struct Listings {
    deployments: HashMap<Area, HashSet<(StackKey, Role)>>,
    rivals: HashMap<(&'static str, Area), HashSet<Name>>,
    /// Where all HPAs are known. Elsewhere one of somebody else's could be overlooked.
    complete: HashSet<Area>,
}

impl Autoscaler {
    pub(super) fn hear(&mut self, news: News) -> Vec<StackKey> {
        match news {
            News::Deployments(area, change) => self.deployment(area, change).into_iter().collect(),
            News::Rivals(kind, area, change) => self.rival(kind, area, change),
        }
    }

    pub(super) fn is_ready(&self) -> bool {
        self.scope.areas().iter().all(|area| self.listings.complete.contains(area))
    }

    fn deployment(&mut self, area: Area, change: Change<(StackKey, Role), View>) -> Option<StackKey> {
        match change {
            Change::Begins => drop(self.listings.deployments.remove(&area)),
            Change::Listed(key, view) => {
                self.listings.deployments.entry(area).or_default().insert(key.clone());
                return self.see(key, view);
            }
            Change::Ends => {
                let listed = self.listings.deployments.remove(&area).unwrap_or_default();
                for (stack, known) in
                    self.stacks.iter_mut().filter(|(stack, _)| area.covers(&stack.namespace))
                {
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
        area: Area,
        change: Change<Name, Option<super::rivals::Rival>>,
    ) -> Vec<StackKey> {
        match change {
            Change::Begins => {
                self.listings.rivals.insert((kind, area), HashSet::new());
            }
            Change::Listed(name, rival) => {
                self.listings.rivals.entry((kind, area)).or_default().insert(name.clone());
                self.rivals.put(name, rival);
            }
            Change::Ends => {
                let listed = self.listings.rivals.remove(&(kind, area.clone())).unwrap_or_default();
                let here = |name: &&Name| area.covers(&name.namespace);
                for name in self.rivals.names(kind).iter().filter(here).filter(|name| !listed.contains(name))
                {
                    self.rivals.remove(name);
                }
                let all = self.stacks.keys().filter(|stack| area.covers(&stack.namespace)).cloned().collect();
                if kind == SlimHpa::KIND {
                    self.listings.complete.insert(area);
                }
                return all;
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
