//! Progressing: whether the operator is changing something, and which step it is at.

use operator_api::Reason;
use operator_desired::Step;

use super::{Verdict, degraded};
use crate::facts::{Facts, Hurdle};
use crate::rollout::{APPROVE, APPROVE_CONTRACT, Permission};

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
    if let Some(moving) = facts.data.moving() {
        let said = format!("the data moves to mode {} ({})", moving.to.name(), moving.phase.name());
        return Verdict::yes(Reason::MovingDatabase, said);
    }
    if let Some(waiting) = stopped(facts).or_else(|| waiting(facts)) {
        return waiting;
    }
    match facts.stage {
        None if facts.soaks_until.is_some() => soaking(facts),
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

fn stopped(facts: &Facts) -> Option<Verdict> {
    let start = "--type merge -p '{\"spec\":{\"operation\":{\"stopped\":false}}}'";
    let patch = format!("{} patch ecommercestack {} {start}", facts.kubectl(), facts.key.name);
    facts.services_stopped.then(|| {
        let message =
            format!("no service has pods while spec.operation.stopped is true; all data is kept: {patch}");
        Verdict::no(Reason::Stopped, message)
    })
}

/// A change that may not begin yet.
fn waiting(facts: &Facts) -> Option<Verdict> {
    let release = facts.release.as_ref().filter(|_| facts.waits)?;
    let annotate = format!("{} annotate --overwrite ecommercestack {}", facts.kubectl(), facts.key.name);
    match &release.permission {
        Permission::Granted => None,
        Permission::NotApproved => Some(Verdict::no(
            Reason::WaitingForApproval,
            format!(
                "{} is to be rolled out, and waits for approval: {annotate} {APPROVE}={}",
                release.version, release.target
            ),
        )),
        Permission::OutsideWindow { opens } => {
            let when = opens.map_or_else(
                || "no window ever opens".to_owned(),
                |opens| format!("the next window opens at {opens}"),
            );
            let message = format!(
                "{} is to be rolled out, and spec.operation.maintenanceWindows permit it later: {when}",
                release.version
            );
            Some(Verdict::no(Reason::OutsideWindow, message))
        }
    }
}

fn soaking(facts: &Facts) -> Verdict {
    let version = facts.release.as_ref().map(|release| release.version.clone()).unwrap_or_default();
    let until = facts.soaks_until.map(|until| until.to_string()).unwrap_or_default();
    let annotate = format!("{} annotate --overwrite ecommercestack {}", facts.kubectl(), facts.key.name);
    Verdict::no(
        Reason::Soaking,
        format!(
            "every service runs {version}; what only older ones used is kept until {until}, or until: {annotate} \
             {APPROVE_CONTRACT}={version}"
        ),
    )
}
