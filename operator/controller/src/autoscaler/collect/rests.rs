//! Who is to be left alone for longer than a tick, and what it said when it was asked last.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use operator_scaling::Query;
use tokio::time::Instant;

use crate::prometheus::{AskError, Server};

/// A server, or one query of a user's to it.
type Who = (Server, Option<Query>);

#[derive(Default)]
pub struct Rests(Mutex<HashMap<Who, (Instant, AskError)>>);

impl Rests {
    pub fn begin(&self, server: &Server, query: Option<&Query>, lasts: Duration, why: AskError) {
        let who = (server.clone(), query.cloned());
        self.with(|table| table.insert(who, (Instant::now() + lasts, why)));
    }

    /// What has said so lately that it is not asked.
    pub fn why(&self, server: &Server, query: Option<&Query>) -> Option<AskError> {
        self.with(|table| {
            if table.is_empty() {
                return None;
            }
            table.get(&(server.clone(), query.cloned())).map(|(_, why)| why.clone())
        })
    }

    fn with<T>(&self, act: impl FnOnce(&mut HashMap<Who, (Instant, AskError)>) -> T) -> T {
        let mut table = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        table.retain(|_, (until, _)| now < *until);
        act(&mut table)
    }
}
