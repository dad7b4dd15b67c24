//! Everything that a pass must know before it decides: the children, the root Secret, the Secrets that are named.

use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use operator_desired::{
    DatabaseState, ExternalBroker, ExternalServer, Kind, Offers, RootSecret, SecretReference, ValidatedStack,
    references, root_secret, root_secret_name,
};
use operator_scaling::NoData;

use super::stack::Stack;
use super::{databases, external, prometheus};
use crate::broker::Report;
use crate::client;
use crate::cluster::{Cluster, Outcome};
use crate::live::{Live, LiveObject};
use crate::prometheus::Server;
use crate::rollout::{LastGood, Trials};
use crate::workload;

pub struct Surroundings {
    pub live: Live,
    pub root: Root,
    /// Whom to ask for metrics, or why there is nobody.
    pub prometheus: Result<Server, NoData>,
    /// Where the data is, as the status says.
    pub database: DatabaseState,
    /// The database server of somebody else's that is in use; or what is wrong with its Secret.
    pub database_server: Result<Option<ExternalServer>, String>,
    /// Named by the spec, but not there.
    pub missing: Vec<SecretReference>,
    /// What says whether new pods come up; empty while there are none that may not.
    pub trials: Trials,
    /// The broker of somebody else's, where the stack names one, or why it is not known.
    pub external_broker: Option<Result<ExternalBroker, String>>,
    /// What the visit to the broker has shown.
    pub broker: Report,
    /// Titles of objects that still belong to a deleted stack of the same name.
    pub leaving: Vec<String>,
}

/// The Secret that every other credential is derived from.
pub enum Root {
    Known(RootSecret),
    /// It can't be read or made; says why and what to do.
    Unusable(String),
    /// There is none, and this pass may not make one.
    Absent,
}

/// The Secrets of the user's that the stack names.
pub fn names(stack: Option<&ValidatedStack>) -> BTreeSet<String> {
    stack.into_iter().flat_map(references).map(|reference| reference.name).collect()
}

/// `may_create`: the root Secret, where there is none.
pub async fn dereference(
    cluster: &Cluster,
    stack: &Stack,
    checked: Option<&ValidatedStack>,
    offers: Offers,
    may_create: bool,
) -> Outcome<Surroundings> {
    let live = cluster.children(&stack.key, offers).await?;
    let leaving = leaving(&live, &stack.uid);
    let root = match checked {
        Some(checked) if leaving.is_empty() => {
            root(cluster, stack, checked, may_create && !checked.paused()).await?
        }
        _ => Root::Absent,
    };
    let prometheus = match checked {
        Some(checked) => prometheus::server(cluster, checked, &live).await?,
        None => Err(NoData::Disabled),
    };
    let trials = trials(cluster, stack, &live).await?;
    let database = databases::read(stack.status.database.as_ref(), &live, &stack.key);
    let database_server = match checked {
        Some(checked) => external::server(cluster, checked, &database).await?,
        None => Ok(None),
    };
    let external_broker = external::broker(cluster, checked).await?;
    Ok(Surroundings {
        root,
        prometheus,
        database,
        database_server,
        external_broker,
        broker: Report::default(),
        missing: missing(cluster, checked).await?,
        trials,
        leaving,
        live,
    })
}

/// Nothing is gone back to in a stack that has never worked.
async fn trials(cluster: &Cluster, stack: &Stack, live: &Live) -> Outcome<Trials> {
    let deployments = live.iter().filter(|object| object.kind.kind == "Deployment");
    let mut down = deployments.filter(|object| !workload::deployment(&object.value, None).up());
    if down.next().is_none() || !LastGood::read(live, &stack.key.name).is_known() {
        return Ok(Trials::default());
    }
    Ok(Trials { sets: cluster.replica_sets(&stack.key).await?, pods: cluster.pods(&stack.key).await? })
}

/// Garbage collection takes these soon, whatever we write to them. Waiting is all that helps: a root Secret among them
/// would be read now and be another one a second later.
fn leaving(live: &Live, uid: &str) -> Vec<String> {
    live.iter()
        .filter(|child| {
            child.controller().is_some_and(|owner| owner.kind == "EcommerceStack" && owner.uid != uid)
        })
        .map(|child| format!("{} {}", child.kind.kind, child.name()))
        .collect()
}

/// Reads the root Secret, or makes it. It is never written over: all passwords would change.
async fn root(cluster: &Cluster, stack: &Stack, checked: &ValidatedStack, may_create: bool) -> Outcome<Root> {
    let (namespace, name) = (&stack.key.namespace, root_secret_name(&stack.key.name));
    if let Some(found) = cluster.get(Kind::named("Secret"), namespace, &name).await? {
        return Ok(read(&found, namespace));
    }
    if !may_create {
        return Ok(Root::Absent);
    }
    let mut bytes = [0; 32];
    aws_lc_rs::rand::fill(&mut bytes).expect("the system has random numbers");
    let fresh = RootSecret::new(bytes);
    let manifest = root_secret(checked, &fresh);
    match cluster.create(Kind::named("Secret"), namespace, manifest.value()).await {
        Ok(_) => Ok(Root::Known(fresh)),
        // Somebody was faster: theirs counts.
        Err(error) if client::answered(&error, 409) => {
            let found = cluster.get(Kind::named("Secret"), namespace, &name).await?;
            Ok(found.map_or(Root::Absent, |found| read(&found, namespace)))
        }
        Err(error) if client::refused(&error) => {
            Ok(Root::Unusable(format!("Secret {name} could not be created: {}", client::reason(&error))))
        }
        Err(error) => Err(error),
    }
}

fn read(secret: &LiveObject, namespace: &str) -> Root {
    let (name, key) = (secret.name(), RootSecret::KEY);
    let data = secret.value["data"][key].as_str().unwrap_or_default();
    let bytes = STANDARD.decode(data).unwrap_or_default();
    RootSecret::from_data(&bytes).map_or_else(
        || {
            Root::Unusable(format!(
                "Secret {name} must hold 32 bytes under {key}, and all passwords come from them: restore it, or let \
                 new ones be made: kubectl -n {namespace} delete secret {name}"
            ))
        },
        Root::Known,
    )
}

async fn missing(cluster: &Cluster, checked: Option<&ValidatedStack>) -> Outcome<Vec<SecretReference>> {
    let mut missing = Vec::new();
    for reference in checked.into_iter().flat_map(references) {
        let namespace = checked.map(ValidatedStack::namespace).unwrap_or_default();
        if !cluster.secret_exists(namespace, &reference.name).await? {
            missing.push(reference);
        }
    }
    Ok(missing)
}
