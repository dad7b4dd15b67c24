//! Ready: everything of this generation runs. What `kubectl wait` is for.

use operator_api::Reason;

use super::{Verdict, database_ready, degraded, exposure_ready, messaging_ready, migrations_applied};
use crate::facts::{Facts, Hurdle};

pub fn ready(facts: &Facts) -> Verdict {
    let degraded = degraded::degraded(facts);
    match degraded.reason {
        Reason::InvalidSpec | Reason::MissingReference | Reason::ApplyFailed => {
            return Verdict::no(degraded.reason, degraded.message);
        }
        _ => {}
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

/// What is not up, in the order in which it comes up.
fn waiting_for(facts: &Facts) -> Vec<String> {
    let mut waiting = Vec::new();
    match &facts.hurdle {
        Some(Hurdle::Leaving(_)) => waiting.push("the deleted stack of this name to be gone".to_owned()),
        Some(Hurdle::NothingMade) => waiting.push("the end of the pause".to_owned()),
        Some(Hurdle::Invalid(_) | Hurdle::Root(_) | Hurdle::Broker(_)) | None => {}
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
    if waiting.is_empty() && facts.stage.is_some() {
        waiting.push("changes to be applied".to_owned());
    }
    waiting
}
