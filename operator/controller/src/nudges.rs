//! Stacks that somebody shall look at: each is in it once, however often it was asked for.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use futures::{Stream, stream};
use tokio::sync::Notify;

use crate::stack_key::StackKey;

#[derive(Default)]
pub struct Nudges {
    due: Mutex<BTreeSet<StackKey>>,
    more: Notify,
}

impl Nudges {
    pub fn nudge(&self, stack: &StackKey) {
        self.due.lock().unwrap_or_else(PoisonError::into_inner).insert(stack.clone());
        self.more.notify_one();
    }

    /// Waits for one. For one listener.
    pub async fn next(&self) -> StackKey {
        loop {
            if let Some(stack) = self.take() {
                return stack;
            }
            self.more.notified().await;
        }
    }

    pub fn take(&self) -> Option<StackKey> {
        self.due.lock().unwrap_or_else(PoisonError::into_inner).pop_first()
    }
}

/// As they come, without an end.
pub fn stream(nudges: Arc<Nudges>) -> impl Stream<Item = StackKey> + Send + 'static {
    stream::unfold(nudges, |nudges| async move {
        let stack = nudges.next().await;
        Some((stack, nudges))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_stack_that_is_asked_for_twice_is_looked_at_once() {
        let nudges = Nudges::default();
        let (one, two) = (StackKey::new("a", "one"), StackKey::new("b", "two"));
        for stack in [&two, &one, &two] {
            nudges.nudge(stack);
        }
        assert_eq!((nudges.next().await, nudges.next().await, nudges.take()), (one, two, None));
    }
}
