//! Looks after the inside of a broker, once per pass at most.

use k8s_openapi::jiff::Timestamp;
use operator_desired::{
    Definitions, ExternalBroker, Kind, MessagingPlan, Offers, RootSecret, ValidatedStack, definitions,
};
use tracing::info;

use super::difference::{Difference, Fixed, difference};
use super::http::Unanswered;
use super::management::Management;
use super::place;
use super::roll::roll;
use super::{Brokers, Mode, Report, Standing, table};
use crate::cluster::{Cluster, Outcome};
use crate::live::Live;
use crate::stack_key::StackKey;

/// What a visit has to know.
pub struct Visit<'a> {
    pub cluster: &'a Cluster,
    pub brokers: &'a Brokers,
    pub key: &'a StackKey,
    pub stack: &'a ValidatedStack,
    pub root: &'a RootSecret,
    pub live: &'a Live,
    pub external: Option<&'a ExternalBroker>,
    pub offers: Offers,
    pub now: Timestamp,
}

pub async fn visit(visit: &Visit<'_>) -> Outcome<Report> {
    let held = match visit.stack.messaging() {
        MessagingPlan::Embedded(_) if !visit.stack.paused() => roll(visit).await?,
        MessagingPlan::Cluster(_) => critical(visit),
        MessagingPlan::Embedded(_) | MessagingPlan::External { .. } => None,
    };
    Ok(Report { mode: mode(visit), standing: standing(visit).await?, held })
}

fn mode(visit: &Visit<'_>) -> Mode {
    match visit.stack.messaging() {
        MessagingPlan::Embedded(_) => Mode::Embedded,
        MessagingPlan::Cluster(_) => Mode::Cluster { installed: visit.offers.has("RabbitmqCluster") },
        MessagingPlan::External { .. } => Mode::External,
    }
}

/// What RabbitMQ's operator says of nodes that no queue can spare.
fn critical(visit: &Visit<'_>) -> Option<String> {
    let name = place::rabbitmq(visit.stack);
    let cluster = &visit.live.get(Kind::named("RabbitmqCluster"), &name)?.value;
    let said = cluster["status"]["quorumStatus"].as_str()?;
    let several = cluster["spec"]["replicas"].as_u64().unwrap_or(1) > 1;
    (several && said.starts_with("quorum-critical")).then(|| {
        let describe = format!("kubectl -n {} describe rabbitmqcluster {name}", visit.key.namespace);
        format!("RabbitMQ's operator says {said}: {describe}")
    })
}

async fn standing(visit: &Visit<'_>) -> Outcome<Standing> {
    let Visit { cluster, brokers, key, stack, root, live, external, now, .. } = *visit;
    let wanted = definitions(stack, root, external);
    let Some(mut place) = place::place(cluster, stack, root, live, external).await? else {
        brokers.forget(key);
        return Ok(Standing::NotAsked);
    };
    let print = table::print(&wanted, external);
    if brokers.knows(key, print, now) {
        return Ok(Standing::InPlace);
    }
    place.url = brokers.address(&place.url);
    let standing = match settle(visit, &wanted, place).await {
        Ok(left) => judge(visit, &left),
        Err(why) => Standing::Unreachable(why.to_string()),
    };
    brokers.remember(key, print, now, &standing);
    Ok(standing)
}

/// Puts right what can be put right, and tells what is left.
async fn settle(
    visit: &Visit<'_>,
    wanted: &Definitions,
    place: super::management::Place,
) -> Result<Difference, Unanswered> {
    let broker = Management::at(place)?;
    let found = difference(wanted, &broker.definitions().await?);
    if !found.can_be_mended() || visit.stack.paused() {
        return Ok(found);
    }
    let stack = visit.key;
    let (lacking, superfluous) = (found.lacking.len(), found.superfluous.len());
    info!(
        stack.name = %stack, lacking, superfluous, first = found.lacking.first(),
        "Putting the broker's definitions of {stack} right: {lacking} lacking, {superfluous} superfluous"
    );
    if lacking > 0 {
        broker.import(&wanted.document).await?;
    }
    for path in &found.superfluous {
        broker.delete(path).await?;
    }
    Ok(difference(wanted, &broker.definitions().await?))
}

fn judge(visit: &Visit<'_>, left: &Difference) -> Standing {
    if left.is_none() {
        return Standing::InPlace;
    }
    if let Some(Fixed { kind, name }) = left.fixed.first() {
        let vhost = definitions(visit.stack, visit.root, visit.external).vhost;
        let what = format!(
            "{kind} {name} of vhost {vhost} exists with other arguments, and RabbitMQ never changes those"
        );
        return Standing::Pending(format!("{what}: {}", remedy(visit, kind, name, &vhost)));
    }
    let first = left.lacking.first().or(left.superfluous.first()).cloned().unwrap_or_default();
    Standing::Pending(format!("{first} is not as it should be yet"))
}

/// How to have it made anew without losing a message.
fn remedy(visit: &Visit<'_>, kind: &str, name: &str, vhost: &str) -> String {
    let pod = match visit.stack.messaging() {
        MessagingPlan::Embedded(_) => format!("{}-0", place::rabbitmq(visit.stack)),
        MessagingPlan::Cluster(_) => format!("{}-server-0", place::rabbitmq(visit.stack)),
        MessagingPlan::External { .. } => return "delete it there, and it is made anew".to_owned(),
    };
    let exec = format!("kubectl -n {} exec {pod} --", visit.key.namespace);
    match kind {
        "queue" => {
            format!("once it is empty: {exec} rabbitmqctl delete_queue {name} --vhost {vhost} --if-empty")
        }
        _ => "delete it, and it is made anew".to_owned(),
    }
}
