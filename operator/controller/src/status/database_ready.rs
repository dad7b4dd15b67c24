//! DatabaseReady: Postgres takes connections.

use super::{Verdict, server};
use crate::facts::Facts;

pub fn database_ready(facts: &Facts) -> Verdict {
    server::verdict(facts, &facts.database, "Postgres")
}
