//! Ready: everything of this generation runs. What `kubectl wait` is for.

use operator_api::Reason;

use super::{
    Verdict, certificates_ready, database_ready, degraded, exposure_ready, messaging_ready,
    migrations_applied,
};
use crate::facts::{Facts, Hurdle};

pub fn ready(facts: &Facts) -> Verdict {
    let degraded = degraded::degraded(facts);
    match degraded.reason {
        Reason::InvalidSpec | Reason::MissingReference | Reason::ApplyFailed | Reason::NotInstalled => {
            return Verdict::no(degraded.reason, degraded.message);
        }
        _ => {}
    }
    if facts.services_stopped && facts.hurdle.is_none() {
        return stopped(facts);
    }
    let waiting = waiting_for(facts);
    if waiting.is_empty() {
        return Verdict::yes(Reason::AllComponentsReady, "everything runs as specified");
    }
    let why = facts.troubles.first().map_or_else(
        || format!("{} get pods -l {}", facts.kubectl(), facts.labels()),
        |trouble| trouble.message.clone(),
    );
    Verdict::no(Reason::ComponentsNotReady, format!("waiting for {}: {why}", waiting.join(", ")))
}

/// By whoever asked for it, or for the sake of the data.
fn stopped(facts: &Facts) -> Verdict {
    if facts.data.state.services_stopped() {
        let database = database_ready::database_ready(facts);
        let said = format!("no service has pods while the data moves: {}", database.message);
        return Verdict::no(Reason::MovingDatabase, said);
    }
    Verdict::no(Reason::Stopped, "no service has pods while spec.operation.stopped is true")
}

/// What is not up, in the order in which it comes up.
fn waiting_for(facts: &Facts) -> Vec<String> {
    let mut waiting = Vec::new();
    match &facts.hurdle {
        Some(Hurdle::Leaving(_)) => waiting.push("the deleted stack of this name to be gone".to_owned()),
        Some(Hurdle::NothingMade) => waiting.push("the end of the pause".to_owned()),
        Some(
            Hurdle::Invalid(_)
            | Hurdle::Root(_)
            | Hurdle::Broker(_)
            | Hurdle::NotInstalled(_)
            | Hurdle::Reference(_),
        )
        | None => {}
    }
    if facts.certificates.is_some() && !certificates_ready::certificates_ready(facts).holds {
        waiting.push("certificates".to_owned());
    }
    if !database_ready::database_ready(facts).holds {
        waiting.push("the database".to_owned());
    }
    if !messaging_ready::messaging_ready(facts).holds {
        waiting.push("the broker".to_owned());
    }
    if !migrations_applied::migrations_applied(facts).holds {
        waiting.push("migrations".to_owned());
    }
    for service in facts.services.iter().filter(|service| !service.up()) {
        waiting.push(match &service.pods {
            Some(pods) => format!("{} ({}/{})", service.name, pods.ready, pods.desired),
            None => format!("{} (not created yet)", service.name),
        });
    }
    if exposure_ready::exposure_ready(facts).reason == Reason::NotInstalled {
        waiting.push("the way in".to_owned());
    }
    if waiting.is_empty() && !facts.every_service_runs() {
        waiting.push("changes to be applied".to_owned());
    }
    waiting
}
