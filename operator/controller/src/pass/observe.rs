//! What runs after the writes, and why what does not run doesn't. Reads pods only when something is down.

use std::collections::BTreeMap;

use contracts::Role;
use operator_desired::{Component, Kind};

use super::applied::{Applied, Built, Course, End, Fate};
use super::stack::Stack;
use crate::autoscaler::Report;
use crate::cluster::{Cluster, Outcome};
use crate::exposure::{self, Exposure};
use crate::facts::{Facts, Hurdle, Migration, Part, Refusal, Server, Service};
use crate::live::Live;
use crate::trouble::{no_pods, troubles};
use crate::workload;

pub async fn observe(cluster: &Cluster, stack: &Stack, applied: Applied, report: Report) -> Outcome<Facts> {
    let Applied { live, missing, broker, course } = applied;
    let mut facts = match course {
        Course::Built(built) => of_built(stack, &live, *built),
        Course::Left(hurdle) => of_left(stack, &live, hurdle),
    };
    facts.missing = missing;
    facts.broker = broker;
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
        End::AsWanted | End::Held | End::Leaving => None,
    });
    let stage = built.fates.iter().find(|fate| !fate.settled(live)).map(|fate| fate.step);
    Facts {
        paused: built.paused,
        refused: refused.collect(),
        stage,
        revision: if built.complete() { Some(built.revision.clone()) } else { stack.status.revision.clone() },
        url: built.checked.url(),
        exposure: exposure(stack, live, &built),
        alone: Some(built.checked.alone().to_vec()),
        profile: Some(built.checked.profile().name().to_owned()),
        ..running(stack, live, parts)
    }
}

fn exposure(stack: &Stack, live: &Live, built: &Built) -> Exposure {
    let is_door = |fate: &&Fate| fate.component == Component::Service(Role::Gateway);
    let is_built = |kind: &str| built.fates.iter().filter(is_door).any(|fate| fate.kind.kind == kind);
    let gateway = format!("{}-{}", stack.key.name, Role::Gateway);
    exposure::exposure(built.checked.door(), &gateway, &stack.key.namespace, live, is_built)
}

/// Nothing was built, so what is there has to say itself what it is.
fn of_left(stack: &Stack, live: &Live, hurdle: Hurdle) -> Facts {
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
        ..running(stack, live, parts)
    }
}

/// The state of every part, by the name of its workload, and the pods with which it is up where not all are needed.
fn running(stack: &Stack, live: &Live, parts: BTreeMap<Part, (String, Option<i32>)>) -> Facts {
    let mut facts = Facts::nothing(stack.key.clone());
    for (part, (workload, least)) in parts {
        match part {
            Part::Database => facts.database = server(live, workload),
            Part::Messaging => facts.messaging = broker(live, workload),
            Part::Migration(role) => {
                let found = live.get(Kind::named("Job"), &workload);
                let state = found.map(|job| workload::job(&job.value));
                facts.migrations.push(Migration { role, job: workload, state });
            }
            Part::Service(name) => {
                let found = live.get(Kind::named("Deployment"), &workload);
                facts.services.push(Service {
                    pods: found.map(|deployment| workload::deployment(&deployment.value, least)),
                    image: found.and_then(|deployment| workload::image(&deployment.value)),
                    name,
                    workload,
                });
            }
        }
    }
    facts
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
