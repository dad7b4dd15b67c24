//! MessagingReady: RabbitMQ takes connections.

use super::{Verdict, server};
use crate::facts::Facts;

pub fn messaging_ready(facts: &Facts) -> Verdict {
    server::verdict(facts, &facts.messaging, "RabbitMQ")
}
