//! Keeps the stack's certificates: step by step, until there is nothing to do or something to wait for.

use std::collections::BTreeMap;

use contracts::identity::Part;
use k8s_openapi::jiff::Timestamp;
use operator_desired::{
    Kind, Manifest, Subject, ValidatedStack, authority_secret, authority_secret_name, certificate_secret,
    subjects,
};
use serde_json::{Map, Value, json};
use tracing::info;

use super::Tools;
use super::dereference::{Root, Surroundings};
use super::stack::Stack;
use crate::client;
use crate::cluster::Outcome;
use crate::facts::{Certificates, Refusal};
use crate::live::{Live, LiveObject};
use crate::pki::{Leaf, Situation, Step, Store, due, hash, prove, step};

/// Any new value starts a rotation of the CA.
const ROTATE: &str = "ecommercestack.dev/rotate-ca";
/// A rotation that need not wait anywhere takes six.
const MOST_STEPS: usize = 8;

/// None: nobody has certificates, or nothing may be made at present.
pub async fn certificates(
    tools: &Tools,
    stack: &Stack,
    checked: Option<&ValidatedStack>,
    surroundings: &mut Surroundings,
) -> Outcome<Option<Certificates>> {
    // Of a stack that can't be built nothing is begun.
    let builds = surroundings.leaving.is_empty() && matches!(surroundings.root, Root::Known(_));
    let Some(checked) = checked.filter(|checked| checked.mtls() && builds) else { return Ok(None) };
    let keeper = Keeper { tools, stack, checked, subjects: subjects(checked), now: tools.clock.now() };
    let (mut waiting, mut refused) = (None, Vec::new());
    if checked.certificates().issuer.is_none() && !checked.paused() {
        waiting = keeper.keep(&mut surroundings.live, &mut refused).await?;
    }
    let found = keeper.found(&surroundings.live);
    Ok(Some(Certificates { waiting, refused, ..found }))
}

struct Keeper<'a> {
    tools: &'a Tools,
    stack: &'a Stack,
    checked: &'a ValidatedStack,
    subjects: Vec<Subject>,
    now: Timestamp,
}

impl Keeper<'_> {
    /// Returns what a rotation waits for.
    async fn keep(&self, live: &mut Live, refused: &mut Vec<Refusal>) -> Outcome<Option<String>> {
        let mut quiet = true;
        for _ in 0..MOST_STEPS {
            let (store, leaves) = (self.store(live), self.leaves(live));
            let next = match (self.next(store.as_ref(), &leaves), store) {
                (Step::Rest, _) => return Ok(None),
                // What was written this moment has reached no pod.
                (Step::Prove(_), _) if !quiet => {
                    return Ok(Some("the new certificates to reach the pods".to_owned()));
                }
                (Step::Prove(claim), Some(store)) => {
                    let pods = self.tools.cluster.pods(&self.stack.key).await?;
                    match prove(&self.tools.prober, claim, &store, &self.subjects, &pods).await {
                        Ok(()) => Step::Keep(Box::new(store.advanced())),
                        Err(what) => return Ok(Some(what)),
                    }
                }
                (next, _) => next,
            };
            quiet = false;
            if let Err(refusal) = self.perform(next, live).await? {
                refused.push(refusal);
                return Ok(None);
            }
        }
        Ok(Some("the next look".to_owned()))
    }

    fn next(&self, store: Option<&Store>, leaves: &BTreeMap<Part, Leaf>) -> Step {
        let annotations =
            self.stack.object.as_ref().ok().and_then(|stack| stack.metadata.annotations.as_ref());
        step(&Situation {
            stack: &self.stack.key,
            subjects: &self.subjects,
            plan: self.checked.certificates(),
            store,
            leaves,
            asked: annotations.and_then(|annotations| annotations.get(ROTATE)).map(String::as_str),
            now: self.now,
        })
    }

    async fn perform(&self, step: Step, live: &mut Live) -> Outcome<Result<(), Refusal>> {
        match step {
            Step::Keep(store) => {
                let key = &self.stack.key;
                info!(stack.name = %key, "The certificates of {key} are in phase {}", store.phase().name());
                self.write(&authority_secret(self.checked, &store.to_data()), live).await
            }
            Step::Issue(leaves) => {
                for subject in &self.subjects {
                    let Some(leaf) = leaves.get(&subject.part) else { continue };
                    let secret = certificate_secret(self.checked, subject, &leaf.to_data());
                    if let Err(refusal) = self.write(&secret, live).await? {
                        return Ok(Err(refusal));
                    }
                }
                Ok(Ok(()))
            }
            Step::Prove(_) | Step::Rest => Ok(Ok(())),
        }
    }

    /// Only over what was seen: two operators would make two CAs.
    async fn write(&self, secret: &Manifest, live: &mut Live) -> Outcome<Result<(), Refusal>> {
        let (cluster, kind, namespace) = (&self.tools.cluster, secret.kind(), &self.stack.key.namespace);
        let title = format!("Secret {}", secret.name());
        let found = live.get(kind, secret.name()).cloned();
        let written = match &found {
            Some(found) => cluster.merge(kind, namespace, secret.name(), &data_over(found, secret)).await,
            None => cluster.create(kind, namespace, secret.value()).await,
        };
        match written {
            Ok(object) => {
                live.insert(object);
                Ok(Ok(()))
            }
            Err(error) if found.is_none() && client::answered(&error, 409) => {
                Ok(Err(Refusal { message: in_the_way(namespace, secret.name()), title }))
            }
            Err(error) if client::refused(&error) => {
                Ok(Err(Refusal { title, message: client::reason(&error) }))
            }
            Err(error) => Err(error),
        }
    }

    fn store(&self, live: &Live) -> Option<Store> {
        let secret = live.get(Kind::named("Secret"), &authority_secret_name(&self.stack.key.name))?;
        Store::from_data(&secret.data())
    }

    fn leaves(&self, live: &Live) -> BTreeMap<Part, Leaf> {
        let leaf = |subject: &Subject| {
            let secret = live.get(Kind::named("Secret"), &subject.secret)?;
            Some((subject.part, Leaf::from_data(&secret.data())?))
        };
        self.subjects.iter().filter_map(leaf).collect()
    }

    /// How things are now.
    fn found(&self, live: &Live) -> Certificates {
        let leaves = self.leaves(live);
        let store = self.store(live).filter(|_| self.checked.certificates().issuer.is_none());
        let by_subject = self.subjects.iter().map(|subject| {
            let certificate = leaves.get(&subject.part).and_then(Leaf::certificate);
            (subject, certificate.filter(|_| self.is_issued(subject, live)))
        });
        let mut found = Certificates {
            phase: store.as_ref().map(Store::phase),
            authority_expires: store.as_ref().and_then(Store::expires),
            next: store.as_ref().and_then(Store::due),
            bundle: leaves.get(&Part::Operator).map(|leaf| hash(&leaf.bundle)),
            not_installed: self.not_installed(),
            ..Certificates::default()
        };
        for (subject, certificate) in by_subject {
            match certificate {
                Some(certificate) => {
                    found.next = found.next.into_iter().chain([due(&certificate, subject)]).min();
                    if certificate.expired(self.now) {
                        found.expired.push(subject.secret.clone());
                    }
                    found.leaves.push((subject.part, certificate.not_after));
                }
                None => found.missing.push(subject.secret.clone()),
            }
        }
        found
    }

    fn not_installed(&self) -> bool {
        self.checked.certificates().issuer.is_some() && !self.tools.discovery.offers().has("Certificate")
    }

    /// cert-manager's word for it, where it is cert-manager's to give; an older certificate may still be there.
    fn is_issued(&self, subject: &Subject, live: &Live) -> bool {
        self.checked.certificates().issuer.is_none()
            || live.get(Kind::named("Certificate"), &subject.secret).is_some_and(is_ready)
    }
}

/// Whether cert-manager says so of the present generation.
pub fn is_ready(certificate: &LiveObject) -> bool {
    let conditions = certificate.value["status"]["conditions"].as_array();
    conditions.into_iter().flatten().any(|condition| {
        condition["type"] == "Ready"
            && condition["status"] == "True"
            && condition["observedGeneration"] == certificate.value["metadata"]["generation"]
    })
}

/// All of the data, and none of what was there.
fn data_over(found: &LiveObject, secret: &Manifest) -> Value {
    let gone = found.data().into_keys().map(|key| (key, Value::Null));
    let mut data: Map<String, Value> = gone.collect();
    data.extend(secret.value()["data"].as_object().cloned().unwrap_or_default());
    json!({ "metadata": { "resourceVersion": found.value["metadata"]["resourceVersion"] }, "data": data })
}

fn in_the_way(namespace: &str, name: &str) -> String {
    format!(
        "exists, and is not of this stack: kubectl -n {namespace} delete secret {name}, or give the stack another name"
    )
}
