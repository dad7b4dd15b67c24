//! What runs after the writes, and why what does not run doesn't. Reads pods only when something is down.

use std::collections::BTreeMap;

use contracts::Role;
use k8s_openapi::jiff::Timestamp;
use operator_api::DatabaseMode;
use operator_desired::{Component, DatabaseState, Kind};
use serde_json::Value;

use super::applied::{Applied, Built, Course, End, Fate};
use super::backup;
use super::databases::{self, Seen};
use super::stack::Stack;
use crate::autoscaler::Report;
use crate::cluster::{Cluster, Outcome};
use crate::exposure::{self, Exposure};
use crate::facts::{Data, Errand, ErrandKind, Facts, Hurdle, Migration, Part, Refusal, Server, Service};
use crate::live::Live;
use crate::rollout::Soak;
use crate::trouble::{no_pods, troubles};
use crate::workload::{self, JobState};

pub async fn observe(
    cluster: &Cluster,
    stack: &Stack,
    applied: Applied,
    report: Report,
    now: Timestamp,
) -> Outcome<Facts> {
    let Applied { live, missing, broker, course } = applied;
    let mut facts = match course {
        Course::Built(built) => of_built(stack, &live, *built),
        Course::Left(hurdle) => of_left(stack, &live, hurdle),
    };
    facts.missing = missing;
    facts.broker = broker;
    facts.backup = backup::last(&stack.key, &live, facts.data.state.home, now);
    if facts.data.state.services_stopped() && facts.hurdle.is_none() && !facts.paused {
        facts.data.next = stopped(cluster, stack, &facts).await?;
    }
    facts.scaling = report.lines;
    let down = facts.down();
    if !down.is_empty() {
        let namespace = &stack.key.namespace;
        let without_pods = down.iter().filter_map(|workload| {
            no_pods(&live.get(Kind::named("Deployment"), workload)?.value, workload, namespace)
        });
        facts.troubles = without_pods.collect();
        facts.troubles.extend(troubles(&cluster.pods(&stack.key).await?, &down, namespace));
    }
    Ok(facts)
}

fn of_built(stack: &Stack, live: &Live, built: Built) -> Facts {
    let parts = built
        .fates
        .iter()
        .filter_map(|fate| Some((Part::of(fate.component, fate.kind.kind)?, (fate.name.clone(), fate.least))))
        .collect();
    let refused = built.fates.iter().filter_map(|fate| match &fate.end {
        End::Refused(message) => Some(Refusal { title: fate.title(), message: message.clone() }),
        End::AsWanted | End::Held | End::Waits | End::Soaks | End::WentBack | End::Leaving => None,
    });
    let soaks = built.any(&End::Soaks);
    let state = built.state;
    let asked = built.checked.database_mode();
    let errands = errands(stack, live, built.fates.iter().map(|fate| (fate.kind, fate.name.as_str())));
    let copied =
        |errand: &Errand| errand.kind == ErrandKind::Move && errand.state == Some(JobState::Complete);
    let seen = Seen {
        prepared: built.prepared(live),
        services_gone: false,
        copied: errands.iter().any(copied),
        settled: built.settled(live),
    };
    let next = if built.paused { state } else { databases::next(state, asked, &seen) };
    Facts {
        paused: built.paused,
        refused: refused.collect(),
        stage: built.stage(live),
        waits: built.any(&End::Waits),
        soaks_until: match built.soak {
            Soak::Until(until) if soaks => Some(until),
            Soak::Until(_) | Soak::Over => None,
        },
        services_stopped: built.services_stopped,
        release: Some(built.release.clone()),
        revision: if built.complete() { Some(built.revision.clone()) } else { stack.status.revision.clone() },
        url: built.checked.url(),
        exposure: exposure(stack, live, &built),
        alone: Some(built.checked.alone().to_vec()),
        profile: Some(built.checked.profile().name().to_owned()),
        database: database(stack, live, state.home(asked)),
        data: Data { home: state.home(asked), state, next },
        errands,
        ..running(stack, live, parts)
    }
}

/// Whether the last pods that could write are gone.
async fn stopped(cluster: &Cluster, stack: &Stack, facts: &Facts) -> Outcome<DatabaseState> {
    let Data { state, next, .. } = facts.data;
    let waits = next == state && state.copying().is_none();
    let Some(to) = state.moving.map(|moving| moving.to).filter(|_| waits) else { return Ok(next) };
    let writes = |pod: &Value| {
        let component = &pod["metadata"]["labels"]["app.kubernetes.io/component"];
        let ended = ["Succeeded", "Failed"].iter().any(|phase| pod["status"]["phase"] == **phase);
        !ended && ["service", "migration", "contract"].iter().any(|writer| component == *writer)
    };
    let services_gone = !cluster.pods(&stack.key).await?.iter().any(writes);
    Ok(databases::next(state, to, &Seen { services_gone, ..Seen::default() }))
}

fn exposure(stack: &Stack, live: &Live, built: &Built) -> Exposure {
    let is_door = |fate: &&Fate| fate.component == Component::Service(Role::Gateway);
    let is_built = |kind: &str| built.fates.iter().filter(is_door).any(|fate| fate.kind.kind == kind);
    let gateway = format!("{}-{}", stack.key.name, Role::Gateway);
    exposure::exposure(built.checked.door(), &gateway, &stack.key.namespace, live, is_built)
}

/// Nothing was built, so what is there has to say itself what it is.
fn of_left(stack: &Stack, live: &Live, hurdle: Hurdle) -> Facts {
    let state = databases::read(stack.status.database.as_ref(), live, &stack.key);
    let asked = stack.object.as_ref().map(|object| object.spec.database.mode);
    let home = state.home(asked.unwrap_or_default());
    let parts = live
        .iter()
        .filter_map(|object| {
            let part = Part::named(&stack.key.name, object.kind.kind, object.name())?;
            Some((part, (object.name().to_owned(), None)))
        })
        .collect();
    Facts {
        paused: hurdle == Hurdle::NothingMade,
        hurdle: Some(hurdle),
        revision: stack.status.revision.clone(),
        url: stack.status.endpoints.as_ref().and_then(|endpoints| endpoints.url.clone()),
        profile: stack.status.effective_profile.clone(),
        database: database(stack, live, home),
        data: Data { home, state, next: state },
        errands: errands(stack, live, live.iter().map(|object| (object.kind, object.name()))),
        ..running(stack, live, parts)
    }
}

/// The pods of the database that services use.
fn database(stack: &Stack, live: &Live, home: DatabaseMode) -> Server {
    let name = &stack.key.name;
    match home {
        DatabaseMode::Embedded => server(live, format!("{name}-postgres")),
        DatabaseMode::CloudNativePG => {
            let workload = format!("{name}-db");
            let found = live.get(Kind::named("Cluster"), &workload);
            Server { pods: found.map(|cluster| workload::postgres_cluster(&cluster.value)), workload }
        }
        DatabaseMode::External => Server::default(),
    }
}

fn errands<'a>(
    stack: &Stack,
    live: &Live,
    objects: impl Iterator<Item = (&'static Kind, &'a str)>,
) -> Vec<Errand> {
    let jobs = objects.filter(|(kind, _)| kind.kind == "Job").map(|(_, name)| name);
    jobs.filter_map(|job| {
        let kind = ErrandKind::of(&stack.key.name, job)?;
        let state = live.get(Kind::named("Job"), job).map(|found| workload::job(&found.value));
        Some(Errand { kind, job: job.to_owned(), state })
    })
    .collect()
}

/// The state of every part, by the name of its workload, and the pods with which it is up where not all are needed.
fn running(stack: &Stack, live: &Live, parts: BTreeMap<Part, (String, Option<i32>)>) -> Facts {
    let mut facts = Facts::nothing(stack.key.clone());
    for (part, (workload, least)) in parts {
        match part {
            Part::Database => {}
            Part::Messaging => facts.messaging = broker(live, workload),
            Part::Migration(role) => facts.migrations.push(migration(live, role, workload)),
            Part::Contract(role) => facts.contracts.push(migration(live, role, workload)),
            Part::Service(name) => {
                let found = live.get(Kind::named("Deployment"), &workload);
                facts.services.push(Service {
                    pods: found.map(|deployment| workload::deployment(&deployment.value, least)),
                    revision: found.and_then(|deployment| workload::revision(&deployment.value)),
                    image: found.and_then(|deployment| workload::image(&deployment.value)),
                    name,
                    workload,
                });
            }
        }
    }
    facts
}

fn migration(live: &Live, role: String, job: String) -> Migration {
    let found = live.get(Kind::named("Job"), &job);
    Migration { role, state: found.map(|job| workload::job(&job.value)), job }
}

/// Its own nodes, or those of RabbitMQ's operator.
fn broker(live: &Live, workload: String) -> Server {
    match live.get(Kind::named("RabbitmqCluster"), &workload) {
        Some(found) => Server { pods: Some(workload::rabbitmq_cluster(&found.value)), workload },
        None => server(live, workload),
    }
}

fn server(live: &Live, workload: String) -> Server {
    let found = live.get(Kind::named("StatefulSet"), &workload);
    Server { pods: found.map(|set| workload::stateful_set(&set.value)), workload }
}
