//! Degraded: something that no waiting will mend, worst first.

use operator_api::Reason;
use operator_desired::SecretReference;

use super::{Verdict, certificates_ready, errands, exposure_ready, migrations_applied};
use crate::facts::{Facts, Hurdle, Refusal};
use crate::live::FAILED;
use crate::workload::{JobState, Rollout};

pub fn degraded(facts: &Facts) -> Verdict {
    [
        invalid,
        not_installed,
        quota,
        refused,
        errands::failed,
        migration,
        contract,
        missing,
        certificates,
        unknown_kind,
        rolled_back,
        rollout,
    ]
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

fn not_installed(facts: &Facts) -> Option<Verdict> {
    match &facts.hurdle {
        Some(Hurdle::NotInstalled(what)) => Some(Verdict::yes(Reason::NotInstalled, what)),
        Some(Hurdle::Reference(why)) => Some(Verdict::yes(Reason::MissingReference, why)),
        _ => None,
    }
}

/// Of objects, or of pods that a Deployment wants to make.
fn quota(facts: &Facts) -> Option<Verdict> {
    let objects = facts.refused.iter().map(|refusal| format!("{}: {}", refusal.title, refusal.message));
    let pods = facts.troubles.iter().map(|trouble| trouble.message.clone());
    let said = objects.chain(pods).find(|message| message.contains("exceeded quota"))?;
    Some(Verdict::yes(Reason::QuotaExceeded, format!("{said}: {} describe resourcequota", facts.kubectl())))
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
    let help = growth(facts, first).unwrap_or_default();
    Some(Verdict::yes(Reason::ApplyFailed, format!("{}: {}{more}{help}", first.title, first.message)))
}

/// Of a volume whose class lets none grow: the size that it had can't be asked for again.
fn growth(facts: &Facts, refusal: &Refusal) -> Option<String> {
    let volume = refusal.title.strip_prefix("PersistentVolumeClaim ")?;
    refusal.message.contains("resize").then(|| {
        let class =
            format!("$({} get pvc {volume} -o jsonpath='{{.spec.storageClassName}}')", facts.kubectl());
        format!(
            r#"; if it can grow: kubectl patch storageclass {class} -p '{{"allowVolumeExpansion":true}}'"#
        )
    })
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
    // One whose pod will never start, such as for want of its image, is not said to have failed: it goes on when it can.
    let stuck = facts
        .migrations
        .iter()
        .any(|one| one.state == Some(JobState::Running) && facts.trouble(&one.job).is_some());
    (stuck || applied.reason == Reason::MigrationFailed)
        .then(|| Verdict::yes(Reason::MigrationFailed, applied.message))
}

fn certificates(facts: &Facts) -> Option<Verdict> {
    let ready = certificates_ready::certificates_ready(facts);
    (ready.reason == Reason::NotInstalled).then(|| Verdict::yes(Reason::NotInstalled, ready.message))
}

fn contract(facts: &Facts) -> Option<Verdict> {
    facts.contracts.iter().find_map(|contract| {
        let Some(JobState::Failed { message }) = &contract.state else { return None };
        let (kubectl, job) = (facts.kubectl(), &contract.job);
        let message = format!(
            "what only older pods of {} used could not be removed ({message}): {kubectl} logs job/{job}; to try again: \
             {kubectl} delete job {job}",
            contract.role
        );
        Some(Verdict::yes(Reason::MigrationFailed, message))
    })
}

fn rolled_back(facts: &Facts) -> Option<Verdict> {
    let release = facts.release.as_ref()?;
    let failure = release.failure.as_ref()?;
    let (role, why, version) = (failure.role, &failure.why, &release.version);
    if !failure.goes_back {
        let describe = format!("{} describe deployment {}-{role}", facts.kubectl(), facts.key.name);
        let message =
            format!("{role} of {version} did not roll out: {why}; the rest is left as it is: {describe}");
        return Some(Verdict::yes(Reason::RolloutFailed, message));
    }
    let retry = format!("{} annotate deployment {}-{role} {FAILED}-", facts.kubectl(), facts.key.name);
    let from = release.from.as_deref().unwrap_or("what ran before");
    let message = format!(
        "{role} of {version} did not come up: {why}; services run {from} again, and databases stay: change the spec, or to \
         try the same once more: {retry}"
    );
    Some(Verdict::yes(Reason::RolledBack, message))
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
