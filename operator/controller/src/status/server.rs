//! What can be said of Postgres and RabbitMQ alike.

use operator_api::Reason;

use super::Verdict;
use crate::facts::{Facts, Server};

pub fn verdict(facts: &Facts, server: &Server, what: &str) -> Verdict {
    let Some(pods) = &server.pods else {
        return Verdict::no(Reason::NotFound, format!("{what} has not been created yet"));
    };
    if pods.up() {
        return Verdict::yes(Reason::Available, format!("{what} is up"));
    }
    let why = facts.trouble(&server.workload).map_or_else(
        || format!("{} describe statefulset {}", facts.kubectl(), server.workload),
        |trouble| trouble.message.clone(),
    );
    Verdict::no(Reason::Starting, format!("{what} is not up ({}/{} pods): {why}", pods.ready, pods.desired))
}
