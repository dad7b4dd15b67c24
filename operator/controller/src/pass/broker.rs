//! The visit to the stack's broker, where there is enough to go there with.

use operator_desired::ValidatedStack;

use super::Tools;
use super::dereference::{Root, Surroundings};
use super::stack::Stack;
use crate::broker::{Report, Standing, Visit, visit};
use crate::cluster::Outcome;

pub async fn look(
    tools: &Tools,
    stack: &Stack,
    checked: Option<&ValidatedStack>,
    surroundings: &Surroundings,
) -> Outcome<Report> {
    let (Some(checked), Root::Known(root)) = (checked, &surroundings.root) else {
        return Ok(Report::default());
    };
    let external = match &surroundings.external {
        None => None,
        Some(Ok(broker)) => Some(broker),
        Some(Err(why)) => return Ok(Report::unknown(Standing::Unreachable(why.clone()))),
    };
    visit(&Visit {
        cluster: &tools.cluster,
        brokers: &tools.brokers,
        key: &stack.key,
        stack: checked,
        root,
        live: &surroundings.live,
        external,
        offers: tools.discovery.offers(),
        now: tools.clock.now(),
    })
    .await
}
