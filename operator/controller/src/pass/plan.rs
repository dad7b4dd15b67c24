//! From what is known to what is to be done. Pure: the last stage before anything is written.

use k8s_openapi::jiff::Timestamp;
use operator_desired::{
    Contracts, DatabaseInputs, DatabaseState, DefaultImages, Inputs, Invalid, Offers, RootSecret, Step,
    ValidatedStack, build, missing_kinds, release,
};

use super::databases;
use super::dereference::{Root, Surroundings};
use super::prometheus;
use super::scaling::{self, Orders};
use super::stack::Stack;
use super::wanted::{Wanted, wanted};
use crate::autoscaler::{Registration, Report};
use crate::broker;
use crate::facts::Hurdle;
use crate::rollout::{self, APPROVE, APPROVE_CONTRACT, LastGood, Release, Soak, View, remembered};

/// What this pass may do.
pub enum Plan {
    /// Make it so.
    Go(Prepared),
    /// `operation.paused`: look, but touch nothing.
    Look(Prepared),
    /// There is nothing that could be built, so what runs is left alone.
    Leave(Hurdle),
}

/// Built, and not yet applied.
pub struct Prepared {
    pub wanted: Vec<Wanted>,
    /// The hash of all of them.
    pub revision: String,
    /// What they were built from.
    pub checked: ValidatedStack,
    /// Where the data is.
    pub state: DatabaseState,
    /// For the autoscaler.
    pub registration: Registration,
    pub release: Release,
    pub last_good: LastGood,
    /// The ConfigMap that is to be there when all of this has worked.
    pub remembered: Wanted,
    /// No pods of services, and no migrations.
    pub services_stopped: bool,
    /// How long contract migrations wait, once every service runs as wanted.
    pub soak: Soak,
}

/// What counts besides the stack and its objects.
pub struct Outlook<'a> {
    pub images: &'a DefaultImages,
    pub contracts: &'a Contracts,
    /// The operator's own.
    pub namespace: &'a str,
    pub offers: Offers,
    /// What the autoscaler has found out.
    pub report: &'a Report,
    pub now: Timestamp,
}

pub fn plan(
    stack: &Stack,
    checked: Result<ValidatedStack, Vec<Invalid>>,
    surroundings: &Surroundings,
    outlook: &Outlook<'_>,
) -> Plan {
    let checked = match checked {
        Ok(checked) => checked,
        Err(invalid) => return Plan::Leave(Hurdle::Invalid(invalid)),
    };
    if !surroundings.leaving.is_empty() {
        return Plan::Leave(Hurdle::Leaving(surroundings.leaving.clone()));
    }
    let root = match &surroundings.root {
        Root::Known(root) => root,
        Root::Unusable(why) => return Plan::Leave(Hurdle::Root(why.clone())),
        Root::Absent => return Plan::Leave(Hurdle::NothingMade),
    };
    let live = &surroundings.live;
    if let Some(refused) = rollout::downgrade(&checked, outlook.images, outlook.contracts, live) {
        return Plan::Leave(Hurdle::Invalid(vec![refused]));
    }
    // Built without it, services would lose the address that they have.
    if let Some(Err(why)) = &surroundings.external_broker {
        return Plan::Leave(Hurdle::Broker(why.clone()));
    }
    debug_assert_eq!(checked.name(), stack.key.name);
    let external = match &surroundings.database_server {
        Ok(external) => external.clone(),
        Err(why) => return Plan::Leave(Hurdle::Reference(why.clone())),
    };
    let state = surroundings.database;
    if databases::strays(&state, &checked) {
        return Plan::Leave(Hurdle::Invalid(vec![databases::unasked(&state)]));
    }
    let database = DatabaseInputs { state, external };
    let missing = missing_kinds(&checked, &database, outlook.offers);
    if !missing.is_empty() {
        return Plan::Leave(Hurdle::NotInstalled(databases::not_installed(&missing)));
    }
    let prepared = prepare(stack, checked, root, database, surroundings, outlook);
    if prepared.checked.paused() { Plan::Look(prepared) } else { Plan::Go(prepared) }
}

fn prepare(
    stack: &Stack,
    checked: ValidatedStack,
    root: &RootSecret,
    database: DatabaseInputs,
    surroundings: &Surroundings,
    outlook: &Outlook<'_>,
) -> Prepared {
    let services_stopped = checked.operation().stopped || database.state.services_stopped();
    let Orders { bounds, paused } =
        scaling::orders(stack, &checked, &surroundings.live, (outlook.report, outlook.now), services_stopped);
    let server = &surroundings.prometheus;
    let known = surroundings.external_broker.clone().and_then(Result::ok);
    let inputs = Inputs {
        root: root.clone(),
        images: outlook.images.clone(),
        contracts: outlook.contracts.clone(),
        offers: outlook.offers,
        bounds,
        paused,
        broker: broker::inputs(&stack.key.name, &surroundings.live, known),
        credentials: server.as_ref().ok().and_then(prometheus::shown),
        database,
        operator_namespace: outlook.namespace.to_owned(),
    };
    let (wanted, revision) = wanted(&build(&checked, &inputs));
    let registration = scaling::registration(stack, &checked, server.clone(), services_stopped);
    let last_good = LastGood::read(&surroundings.live, checked.name());
    let release = rollout::release(&view(stack, &checked, surroundings, &last_good, outlook), &wanted);
    let remembered =
        Wanted::new(Step::Services, &operator_desired::last_good(&checked, &remembered(&wanted)));
    Prepared {
        soak: rollout::soak(
            &stack.status,
            &release.version,
            stack.annotation(APPROVE_CONTRACT),
            checked.operation().contract_after,
            outlook.now,
        ),
        wanted,
        revision,
        state: surroundings.database,
        registration,
        release,
        last_good,
        remembered,
        services_stopped,
        checked,
    }
}

fn view<'a>(
    stack: &'a Stack,
    checked: &'a ValidatedStack,
    surroundings: &'a Surroundings,
    last_good: &'a LastGood,
    outlook: &Outlook<'_>,
) -> View<'a> {
    View {
        version: release(&checked.image(outlook.images)),
        from: stack.status.version.as_ref().and_then(|versions| versions.current.clone()),
        approved: stack.annotation(APPROVE),
        operation: checked.operation(),
        live: &surroundings.live,
        last_good,
        trials: &surroundings.trials,
        now: outlook.now,
    }
}
