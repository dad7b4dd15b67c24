//! Fields that did not become what we wrote, because something else, such as an admission webhook, writes them too.
//!
//! Without this table every pass would write them again, in vain. They are left alone for a while, and then tried anew.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

const PATIENCE: Duration = Duration::from_secs(3600);

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Field {
    pub uid: String,
    /// Of the object as wanted: a change of ours is always worth a try.
    pub hash: String,
    pub path: String,
}

#[derive(Default)]
pub struct Stubborn(Mutex<HashMap<Field, Instant>>);

impl Stubborn {
    pub fn remember(&self, field: Field) {
        self.at(Instant::now(), |table| table.insert(field, Instant::now()));
    }

    pub fn knows(&self, field: &Field) -> bool {
        self.at(Instant::now(), |table| table.contains_key(field))
    }

    fn at<T>(&self, now: Instant, act: impl FnOnce(&mut HashMap<Field, Instant>) -> T) -> T {
        let mut table = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        table.retain(|_, since| now.saturating_duration_since(*since) < PATIENCE);
        act(&mut table)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_left_alone_for_a_while() {
        let stubborn = Stubborn::default();
        let field = Field { uid: "1".into(), hash: "2".into(), path: "spec.x".into() };
        assert!(!stubborn.knows(&field));
        stubborn.remember(field.clone());
        assert!(stubborn.knows(&field));
        assert!(!stubborn.at(Instant::now() + PATIENCE, |table| table.contains_key(&field)));
    }
}
