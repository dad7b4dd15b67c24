//! Degraded: something that no waiting will mend, worst first.

use operator_api::Reason;
use operator_desired::SecretReference;

use super::{Verdict, exposure_ready, migrations_applied};
use crate::facts::{Facts, Hurdle};
use crate::workload::Rollout;

pub fn degraded(facts: &Facts) -> Verdict {
    [invalid, refused, migration, missing, unknown_kind, rollout]
        .iter()
        .find_map(|check| check(facts))
        .unwrap_or_else(|| Verdict::no(Reason::AsExpected, "nothing is wrong"))
}

fn invalid(facts: &Facts) -> Option<Verdict> {
    let Some(Hurdle::Invalid(fields)) = &facts.hurdle else { return None };
    let said: Vec<String> = fields.iter().map(|field| format!("{}: {}", field.path, field.message)).collect();
    let edit = format!("{} edit ecommercestack {}", facts.kubectl(), facts.key.name);
    let message = format!("{}; what runs is left as it is: {edit}", said.join("; "));
    Some(Verdict::yes(Reason::InvalidSpec, message))
}

fn refused(facts: &Facts) -> Option<Verdict> {
    if let Some(Hurdle::Broker(why)) = &facts.hurdle {
        return Some(Verdict::yes(Reason::MissingReference, why));
    }
    if let Some(Hurdle::Root(why)) = &facts.hurdle {
        return Some(Verdict::yes(Reason::ApplyFailed, why));
    }
    let first = facts.refused.first()?;
    let more = match facts.refused.len() - 1 {
        0 => String::new(),
        more => format!(" (and {more} more)"),
    };
    Some(Verdict::yes(Reason::ApplyFailed, format!("{}: {}{more}", first.title, first.message)))
}

fn missing(facts: &Facts) -> Option<Verdict> {
    let said: Vec<String> = facts
        .missing
        .iter()
        .map(|SecretReference { path, name }| {
            format!(
                "{path} names Secret {name}, which does not exist: {} {}",
                facts.kubectl(),
                create(path, name)
            )
        })
        .collect();
    (!said.is_empty()).then(|| Verdict::yes(Reason::MissingReference, said.join("; ")))
}

fn unknown_kind(facts: &Facts) -> Option<Verdict> {
    let exposure = exposure_ready::exposure_ready(facts);
    (exposure.reason == Reason::NotInstalled).then(|| Verdict::yes(Reason::NotInstalled, exposure.message))
}

/// The command that makes such a Secret.
fn create(path: &str, name: &str) -> String {
    if path.contains("tls") {
        format!("create secret tls {name} --cert=tls.crt --key=tls.key")
    } else if path.contains("pullSecrets") {
        let login = "--docker-server=REGISTRY --docker-username=USER --docker-password=PASSWORD";
        format!("create secret docker-registry {name} {login}")
    } else {
        format!("create secret generic {name} --from-literal=KEY=VALUE")
    }
}

fn migration(facts: &Facts) -> Option<Verdict> {
    let applied = migrations_applied::migrations_applied(facts);
    (applied.reason == Reason::MigrationFailed)
        .then(|| Verdict::yes(Reason::MigrationFailed, applied.message))
}

fn rollout(facts: &Facts) -> Option<Verdict> {
    facts.services.iter().find_map(|service| {
        let Rollout::Stalled { message } = &service.pods.as_ref()?.rollout else { return None };
        let why = facts.trouble(&service.workload).map_or_else(
            || format!("{message}: {} describe deployment {}", facts.kubectl(), service.workload),
            |trouble| trouble.message.clone(),
        );
        Some(Verdict::yes(Reason::RolloutFailed, format!("{} did not roll out: {why}", service.name)))
    })
}
