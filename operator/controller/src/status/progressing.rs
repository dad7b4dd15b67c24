//! Progressing: whether the operator is changing something, and which step it is at.

use operator_api::Reason;
use operator_desired::Step;

use super::{Verdict, degraded};
use crate::facts::{Facts, Hurdle};

pub fn progressing(facts: &Facts) -> Verdict {
    if facts.paused {
        let resume = "--type merge -p '{\"spec\":{\"operation\":{\"paused\":false}}}'";
        let patch = format!("{} patch ecommercestack {} {resume}", facts.kubectl(), facts.key.name);
        return Verdict::no(
            Reason::Paused,
            format!("nothing is changed while spec.operation.paused is true: {patch}"),
        );
    }
    if let Some(Hurdle::Leaving(objects)) = &facts.hurdle {
        let first = objects.first().map(String::as_str).unwrap_or_default();
        let message =
            format!("waiting until the objects of the deleted stack of this name are gone, such as {first}");
        return Verdict::yes(Reason::Configuring, message);
    }
    let degraded = degraded::degraded(facts);
    match degraded.reason {
        // A Secret of somebody else's does not keep the rest from going on.
        Reason::AsExpected | Reason::MissingReference => {}
        reason => {
            return Verdict::no(
                Reason::Blocked,
                format!("stopped until condition Degraded ({reason}) is mended"),
            );
        }
    }
    if let Some(moving) = facts.data.state.moving {
        let said = format!("the data moves to mode {} ({})", moving.to.name(), moving.phase.name());
        return Verdict::yes(Reason::MovingDatabase, said);
    }
    match facts.stage {
        None => Verdict::no(Reason::Stable, "nothing is being changed"),
        Some(Step::Config) => Verdict::yes(Reason::Configuring, "writing secrets and configuration"),
        Some(Step::Infrastructure) => {
            Verdict::yes(Reason::StartingInfrastructure, "waiting for the database and the broker")
        }
        Some(Step::Setup) => {
            Verdict::yes(Reason::StartingInfrastructure, "preparing databases and the broker")
        }
        Some(Step::Migrations) => Verdict::yes(Reason::Migrating, "waiting for the migration Jobs"),
        Some(Step::Services) => Verdict::yes(Reason::RollingOut, "waiting for the services"),
        Some(Step::Contract) => {
            Verdict::yes(Reason::Contracting, "waiting for the Jobs that remove what only the old pods used")
        }
    }
}
