//! Which kinds of children a stack has been seen to have, as the watches tell: a pass lists no others.
//!
//! Only that an object exists is taken from here, never what it holds: that is read anew in each pass. What a watch has
//! not told yet, and what we made ourselves, counts as there.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex, PoisonError};

use kube::Resource;
use kube::runtime::watcher::Event;
use operator_desired::Kind;

use crate::scope::Area;
use crate::stack_key::StackKey;

const INSTANCE: &str = "app.kubernetes.io/instance";

/// Stacks and objects by hashes: a thousand stacks have fifty thousand objects.
type Table = HashMap<u64, Vec<u64>>;

#[derive(Clone, Default)]
pub struct Sightings(Arc<Mutex<HashMap<(&'static str, Area), Watched>>>);

/// What one watch has told.
#[derive(Default)]
struct Watched {
    /// None before the first list is complete.
    known: Option<Table>,
    /// The list that is being told, if one is.
    coming: Option<Table>,
}

impl Sightings {
    /// Takes in what a watch of this kind tells.
    pub fn heed<K: Resource>(&self, kind: &'static Kind, area: &Area, event: &Event<K>) {
        let key = |object: &K| child(object).map(|(stack, name)| (hash(&stack), hash(&name)));
        self.with(|watches| {
            let watched = watches.entry((kind.kind, area.clone())).or_default();
            match event {
                Event::Init => watched.coming = Some(Table::new()),
                Event::InitApply(object) => key(object).into_iter().for_each(|key| watched.list(key)),
                Event::InitDone => watched.known = Some(watched.coming.take().unwrap_or_default()),
                Event::Apply(object) => key(object).into_iter().for_each(|key| watched.add(key)),
                Event::Delete(object) => key(object).into_iter().for_each(|key| watched.remove(key)),
            }
        });
    }

    /// We have just written it, and the watch may not have told yet.
    pub fn note(&self, kind: &'static Kind, stack: &StackKey, name: &str) {
        let key = (hash(stack), hash(name));
        self.with(|watches| {
            let of_kind = watches.iter_mut().filter(|((name, _), _)| *name == kind.kind);
            of_kind
                .filter(|((_, area), _)| area.covers(&stack.namespace))
                .for_each(|(_, watched)| watched.add(key));
        });
    }

    /// Whether the stack may have objects of this kind.
    pub fn possible(&self, kind: &'static Kind, stack: &StackKey) -> bool {
        let stack_hash = hash(stack);
        self.with(|watches| {
            let mut of_kind = watches
                .iter()
                .filter(|((name, area), _)| *name == kind.kind && area.covers(&stack.namespace));
            let Some((_, watched)) = of_kind.next() else { return true };
            watched.known.as_ref().is_none_or(|known| known.contains_key(&stack_hash))
        })
    }

    fn with<T>(&self, act: impl FnOnce(&mut HashMap<(&'static str, Area), Watched>) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Watched {
    fn list(&mut self, key: (u64, u64)) {
        if let Some(coming) = &mut self.coming {
            add(coming, key);
        }
    }

    /// A list that is being told may have been made before this.
    fn add(&mut self, key: (u64, u64)) {
        self.list(key);
        if let Some(known) = &mut self.known {
            add(known, key);
        }
    }

    fn remove(&mut self, (stack, object): (u64, u64)) {
        let Some(known) = &mut self.known else { return };
        if let Some(objects) = known.get_mut(&stack) {
            objects.retain(|one| *one != object);
            if objects.is_empty() {
                known.remove(&stack);
            }
        }
    }
}

fn add(table: &mut Table, (stack, object): (u64, u64)) {
    let objects = table.entry(stack).or_default();
    if !objects.contains(&object) {
        objects.push(object);
    }
}

/// The stack that an object says it is of, and its name.
fn child(object: &impl Resource) -> Option<(StackKey, &str)> {
    let meta = object.meta();
    let stack = meta.labels.as_ref()?.get(INSTANCE)?;
    Some((StackKey::new(meta.namespace.as_deref()?, stack), meta.name.as_deref()?))
}

fn hash(key: &(impl Hash + ?Sized)) -> u64 {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use k8s_openapi::api::core::v1::Secret;
    use serde_json::json;

    use super::*;

    fn secret(name: &str) -> Secret {
        let labels = json!({INSTANCE: "shop"});
        serde_json::from_value(json!({"metadata": {"name": name, "namespace": "shops", "labels": labels}}))
            .unwrap()
    }

    fn told(events: impl IntoIterator<Item = Event<Secret>>) -> Sightings {
        let sightings = Sightings::default();
        events.into_iter().for_each(|event| heed(&sightings, event));
        sightings
    }

    fn heed(sightings: &Sightings, event: Event<Secret>) {
        sightings.heed(Kind::named("Secret"), &Area::Cluster, &event);
    }

    fn possible(sightings: &Sightings) -> bool {
        sightings.possible(Kind::named("Secret"), &StackKey::new("shops", "shop"))
    }

    #[test]
    fn before_a_whole_list_was_told_everything_is_possible() {
        assert!(possible(&told([])));
        assert!(possible(&told([Event::Init])));
        assert!(!possible(&told([Event::Init, Event::InitDone])));
        let other = Area::Namespace("elsewhere".into());
        let sightings = Sightings::default();
        sightings.heed::<Secret>(Kind::named("Secret"), &other, &Event::Init);
        sightings.heed::<Secret>(Kind::named("Secret"), &other, &Event::InitDone);
        assert!(possible(&sightings), "what was not looked at is not known");
    }

    #[test]
    fn what_comes_is_there_until_the_last_one_goes() {
        let sightings =
            told([Event::Init, Event::InitApply(secret("a")), Event::InitDone, Event::Apply(secret("b"))]);
        heed(&sightings, Event::Delete(secret("a")));
        assert!(possible(&sightings));
        heed(&sightings, Event::Delete(secret("b")));
        assert!(!possible(&sightings));
        heed(&sightings, Event::Delete(secret("b")));
    }

    #[test]
    fn what_went_while_nobody_watched_is_not_in_the_next_list() {
        let sightings = told([Event::Init, Event::InitApply(secret("a")), Event::InitDone, Event::Init]);
        assert!(possible(&sightings), "a list that has begun says nothing yet");
        heed(&sightings, Event::InitDone);
        assert!(!possible(&sightings));
    }

    #[test]
    fn what_we_made_is_there_although_a_list_from_before_does_not_have_it() {
        let sightings = told([Event::Init, Event::InitDone, Event::Init]);
        sightings.note(Kind::named("Secret"), &StackKey::new("shops", "shop"), "a");
        heed(&sightings, Event::InitDone);
        assert!(possible(&sightings));
        assert!(!sightings.possible(Kind::named("Secret"), &StackKey::new("shops", "other")));
        assert!(!possible(&told([Event::Init, Event::InitDone])));
    }
}
