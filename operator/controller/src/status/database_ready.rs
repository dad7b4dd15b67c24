//! DatabaseReady: the services' databases take connections, and hold what they should.

use operator_api::{DatabaseMode, Reason};
use operator_desired::Phase;

use super::{Verdict, errands, server};
use crate::facts::{ErrandKind, Facts, Hurdle};
use crate::workload::JobState;

pub fn database_ready(facts: &Facts) -> Verdict {
    if let Some(Hurdle::NotInstalled(what)) = &facts.hurdle {
        return Verdict::no(Reason::NotInstalled, what);
    }
    if let Some(Hurdle::Reference(why)) = &facts.hurdle {
        return Verdict::no(Reason::Unreachable, why);
    }
    if let Some(phase) = facts.data.moving().map(|moving| moving.phase) {
        return moving(facts, phase);
    }
    let up = match facts.data.home {
        DatabaseMode::External => external(facts),
        DatabaseMode::CloudNativePG => cluster(facts),
        DatabaseMode::Embedded => server::verdict(facts, &facts.database, "Postgres"),
    };
    match errands::unfinished(facts) {
        Some((ErrandKind::Restore, said)) if up.holds => Verdict::no(Reason::Restoring, said),
        Some((_, said)) if up.holds || facts.database.workload.is_empty() => {
            Verdict::no(Reason::Starting, said)
        }
        _ => up,
    }
}

/// Whether it answers is only known from those who ask it.
fn external(facts: &Facts) -> Verdict {
    let reached = facts.migrations.iter().all(|migration| migration.state == Some(JobState::Complete));
    if reached && !facts.migrations.is_empty() {
        return Verdict::yes(Reason::Available, "the migrations have reached every database");
    }
    Verdict::no(
        Reason::Starting,
        "no migration has reached the databases yet: see condition MigrationsApplied",
    )
}

fn cluster(facts: &Facts) -> Verdict {
    let (name, kubectl) = (&facts.database.workload, facts.kubectl());
    match &facts.database.pods {
        None => Verdict::no(Reason::NotFound, "the Cluster has not been created yet"),
        Some(pods) if pods.up() => Verdict::yes(Reason::Available, format!("Cluster {name} has a primary")),
        Some(pods) => Verdict::no(
            Reason::Starting,
            format!(
                "Cluster {name} has no ready primary ({}/{} instances): {kubectl} describe cluster {name}",
                pods.ready, pods.desired
            ),
        ),
    }
}

fn moving(facts: &Facts, phase: Phase) -> Verdict {
    let said = match (phase, errands::unfinished(facts)) {
        (Phase::Preparing, Some((_, said))) => said,
        (Phase::Preparing, None) => "the new database is being prepared, and the old one serves".to_owned(),
        (Phase::Stopping, _) => {
            "the services are being stopped, so that nobody writes while the data moves".to_owned()
        }
        (Phase::Copying, Some((_, said))) => said,
        (Phase::Copying, None) => "the data is being copied".to_owned(),
        (Phase::Switching, _) => {
            "the data has been copied, and the services start on the new database".to_owned()
        }
    };
    Verdict::no(Reason::MovingDatabase, said)
}
