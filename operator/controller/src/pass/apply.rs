//! Brings the objects of a stack into being, wave by wave, with as few writes as can be: none where all is well.

use operator_desired::{Component, Step};
use tracing::{info, warn};

use super::applied::{Applied, Built, Course, End, Fate};
use super::dereference::Surroundings;
use super::order::{self, Situation};
use super::plan::{Plan, Prepared};
use super::stack::Stack;
use super::verdict::{Gate, Verdict, Why, verdict};
use super::wanted::Wanted;
use super::{Tools, deployment, prune, repair};
use crate::broker::Report;
use crate::client;
use crate::cluster::{Cluster, Outcome};
use crate::compare::first_difference;
use crate::live::{FAILED, Live, LiveObject};
use crate::rollout::marked;
use crate::stubborn::{Field, Stubborn};

pub async fn apply(tools: &Tools, stack: &Stack, plan: Plan, surroundings: Surroundings) -> Outcome<Applied> {
    let Surroundings { mut live, missing, broker, .. } = surroundings;
    let course = match plan {
        Plan::Leave(hurdle) => Course::Left(hurdle),
        Plan::Look(prepared) => Course::Built(Box::new(look(prepared, &live))),
        Plan::Go(prepared) => {
            let applier = Applier {
                cluster: &tools.cluster,
                stubborn: &tools.stubborn,
                stack,
                broker: &broker,
                prepared: &prepared,
            };
            Course::Built(Box::new(applier.go(&mut live).await?))
        }
    };
    Ok(Applied { live, missing, broker, course })
}

/// What `go` would find, without a single write.
fn look(prepared: Prepared, live: &Live) -> Built {
    let fate = |wanted: &Wanted| match verdict(wanted, live.get(wanted.kind, &wanted.name), Gate::UPKEEP) {
        Verdict::Keep => Fate::new(wanted, End::AsWanted),
        Verdict::Leave => Fate::new(wanted, End::Leaving),
        Verdict::Create | Verdict::Write(_) | Verdict::Hold | Verdict::Wait => Fate::new(wanted, End::Held),
    };
    let fates = prepared.wanted.iter().map(fate).collect();
    built(true, fates, &prepared)
}

fn built(paused: bool, fates: Vec<Fate>, prepared: &Prepared) -> Built {
    Built {
        paused,
        fates,
        revision: prepared.revision.clone(),
        checked: prepared.checked.clone(),
        release: prepared.release.clone(),
        services_stopped: prepared.services_stopped,
        soak: prepared.soak,
        state: prepared.state,
    }
}

struct Applier<'a> {
    cluster: &'a Cluster,
    stubborn: &'a Stubborn,
    stack: &'a Stack,
    broker: &'a Report,
    prepared: &'a Prepared,
}

impl Applier<'_> {
    async fn go(&self, live: &mut Live) -> Outcome<Built> {
        let mut fates: Vec<Fate> = Vec::with_capacity(self.prepared.wanted.len());
        for wave in self.prepared.wanted.chunk_by(|one, next| one.step == next.step) {
            let before = fates.len();
            let needs_broker = wave.first().is_some_and(|one| one.step > Step::Infrastructure);
            let served = self.broker.serves() || !needs_broker;
            for wanted in order::in_order(wave, self.prepared) {
                let (earlier, beside) = fates.split_at(before);
                let situation = Situation { prepared: self.prepared, served, earlier, beside, live };
                let end = match order::before(wanted, self.prepared) {
                    Some(old) if order::goes_back(wanted, self.prepared) => {
                        let open = situation.may_go_back(wanted);
                        self.go_back(wanted, old, live, open).await?
                    }
                    old => {
                        let gate = situation.gate(wanted, self.seen_through_before());
                        self.one(wanted, old.as_ref(), live, gate).await?
                    }
                };
                fates.push(Fate::new(wanted, end));
            }
        }
        let built = built(false, fates, self.prepared);
        self.remember(&built, live).await?;
        prune::prune(self.cluster, self.stack, &built, live).await?;
        Ok(built)
    }

    /// Exactly this set of objects has been applied completely before.
    fn seen_through_before(&self) -> bool {
        self.stack.status.revision.as_ref() == Some(&self.prepared.revision)
    }

    /// Decides about one object, and does it. What must not change yet is kept as it was.
    async fn one(&self, wanted: &Wanted, old: Option<&Wanted>, live: &mut Live, gate: Gate) -> Outcome<End> {
        let decided = verdict(wanted, live.get(wanted.kind, &wanted.name), gate);
        let end = match decided {
            Verdict::Hold => End::Held,
            Verdict::Wait if wanted.step == Step::Contract => End::Soaks,
            Verdict::Wait => End::Waits,
            decided => return self.act(wanted, decided, live).await,
        };
        let Some(old) = old else { return Ok(end) };
        match verdict(old, live.get(old.kind, &old.name), Gate::UPKEEP) {
            // It is on its way from one to the other already.
            Verdict::Write(Why::Changed) => Ok(end),
            decided => Ok(match self.act(old, decided, live).await? {
                End::AsWanted => end,
                other => other,
            }),
        }
    }

    /// Puts back what ran before, and writes on it what has failed, so that it is not tried again.
    async fn go_back(&self, wanted: &Wanted, mut old: Wanted, live: &mut Live, open: bool) -> Outcome<End> {
        if let Some(failure) = self
            .prepared
            .release
            .failure
            .as_ref()
            .filter(|failure| wanted.component == Component::Service(failure.role))
        {
            old.value["metadata"]["annotations"][FAILED] = marked(&wanted.hash, &failure.why).into();
        }
        let gate = Gate { open, ..Gate::UPKEEP };
        let decided = verdict(&old, live.get(old.kind, &old.name), gate);
        Ok(match self.act(&old, decided, live).await? {
            End::AsWanted => End::WentBack,
            other => other,
        })
    }

    /// Once everything has worked, this is what is gone back to.
    async fn remember(&self, built: &Built, live: &mut Live) -> Outcome<()> {
        if built.settled(live) && !built.services_stopped {
            let remembered = &self.prepared.remembered;
            let decided = verdict(remembered, live.get(remembered.kind, &remembered.name), Gate::UPKEEP);
            if let End::Refused(why) = self.act(remembered, decided, live).await? {
                warn!(stack.name = %self.stack.key, "{} could not be written: {why}", remembered.title());
            }
        }
        Ok(())
    }

    async fn act(&self, wanted: &Wanted, decided: Verdict, live: &mut Live) -> Outcome<End> {
        let found = live.get(wanted.kind, &wanted.name);
        let written = match decided {
            Verdict::Hold | Verdict::Wait => return Ok(End::Held),
            Verdict::Leave => return Ok(End::Leaving),
            Verdict::Keep => match found.filter(|found| found.overowned) {
                Some(found) => self.disown(wanted, found).await,
                None => return Ok(End::AsWanted),
            },
            Verdict::Write(why) if self.in_vain(wanted, &why, found) => return Ok(End::AsWanted),
            Verdict::Write(why) => self.write(wanted, &why).await,
            Verdict::Create => match self.in_the_way(wanted).await? {
                Some(refusal) => return Ok(End::Refused(refusal)),
                None => self.create(wanted).await,
            },
        };
        match written {
            Ok(object) => {
                live.insert(object);
                Ok(End::AsWanted)
            }
            Err(error) if client::refused(&error) => Ok(End::Refused(self.refusal(wanted, &error, live))),
            Err(error) => Err(error),
        }
    }

    /// With the way out of a field that can't be changed; never for volumes.
    fn refusal(&self, wanted: &Wanted, error: &kube::Error, live: &Live) -> String {
        let reason = client::reason(error);
        let exists = live.get(wanted.kind, &wanted.name).is_some();
        if !(exists && wanted.kind.pruned && client::answered(error, 422)) {
            return reason;
        }
        let (kind, name) = (wanted.kind.kind.to_lowercase(), &wanted.name);
        let first = match kind.as_str() {
            "statefulset" => ", once nothing that it holds is needed (docs/UPGRADES.md)",
            _ => "",
        };
        format!("{reason}: to have it made anew{first}: kubectl -n {} delete {kind} {name}", self.namespace())
    }

    async fn create(&self, wanted: &Wanted) -> Outcome<LiveObject> {
        info!(stack.name = %self.stack.key, "Creating {} of {}", wanted.title(), self.stack.key);
        match wanted.initial_replicas {
            Some(replicas) => deployment::create(self.cluster, self.namespace(), wanted, replicas).await,
            None => self.cluster.apply(wanted.kind, self.namespace(), &wanted.value).await,
        }
    }

    async fn write(&self, wanted: &Wanted, why: &Why) -> Outcome<LiveObject> {
        let (title, stack) = (wanted.title(), &self.stack.key);
        match why {
            Why::Changed => info!(stack.name = %stack, "Changing {title} of {stack}"),
            Why::Edited(path) => {
                info!(stack.name = %stack, "Repairing {title} of {stack}: {path} was edited");
            }
            Why::NotOurs => info!(stack.name = %stack, "Adopting {title} for {stack}"),
        }
        let written = repair::write(self.cluster, self.namespace(), wanted).await?;
        if let Some(path) = first_difference(&wanted.value, &written.value) {
            warn!(stack.name = %stack, "{title} of {stack} does not keep its {path}: something else writes it too");
            self.stubborn.remember(field(wanted, &written, path));
        }
        if written.overowned { self.disown(wanted, &written).await } else { Ok(written) }
    }

    /// It was written before, and something wrote it back at once.
    fn in_vain(&self, wanted: &Wanted, why: &Why, found: Option<&LiveObject>) -> bool {
        match (why, found) {
            (Why::Edited(path), Some(found)) => self.stubborn.knows(&field(wanted, found, path.clone())),
            _ => false,
        }
    }

    /// A pass that was cut short between the requests of a creation left this behind.
    async fn disown(&self, wanted: &Wanted, found: &LiveObject) -> Outcome<LiveObject> {
        deployment::own_replicas_only(self.cluster, self.namespace(), wanted, found).await
    }

    /// An object of this name that is not ours: forcing our fields onto it would take it from somebody.
    async fn in_the_way(&self, wanted: &Wanted) -> Outcome<Option<String>> {
        let (namespace, name) = (self.namespace(), &wanted.name);
        let found = self.cluster.get(wanted.kind, namespace, name).await?;
        // Ours with its labels torn off is the one case that may be written over.
        let foreign =
            found.filter(|found| found.controller().is_none_or(|owner| owner.uid != self.stack.uid));
        Ok(foreign.map(|_| {
            format!(
                "exists, and is not of this stack: kubectl -n {namespace} delete {} {name}, or give the stack \
                 another name",
                wanted.kind.kind.to_lowercase()
            )
        }))
    }

    fn namespace(&self) -> &str {
        &self.stack.key.namespace
    }
}

fn field(wanted: &Wanted, object: &LiveObject, path: String) -> Field {
    Field { uid: object.uid().to_owned(), hash: wanted.hash.clone(), path }
}
