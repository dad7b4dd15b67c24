//! All objects of a stack, in the waves they are applied in.

use crate::configuration::{role_secret, service_account};
use crate::migration_job::{contract_job, is_needed, migration_job};
use crate::{
    Component, Inputs, Manifest, ServicePlan, ValidatedStack, certificates, database, messaging, names,
    network, pod_monitor, prometheus, scaler, service,
};

/// Which form the objects of a stack have. Raise it with whatever renders an unchanged spec otherwise than the last release
/// did, for that restarts pods: docs/UPGRADES.md.
pub const TEMPLATE_REVISION: i32 = 2;

/// What a wave is for; the next one waits until it has what it needs from this one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// Secrets, configuration, accounts, and what packets may pass.
    Config,
    /// Postgres and RabbitMQ with their volumes.
    Infrastructure,
    /// Jobs that prepare databases and the broker, once; each must have completed.
    Setup,
    /// One Job per database, which adds what the new pods need; each must have completed.
    Migrations,
    /// Deployments, Services, the Ingress; and Prometheus and what scales them, for which nothing waits.
    Services,
    /// One Job per database that has something only the old pods used, which removes it.
    Contract,
}

#[derive(Clone, Debug)]
pub struct Wave {
    pub step: Step,
    pub manifests: Vec<Manifest>,
}

/// The root secret is not among them: it is made by chance, once, and everything here follows from it.
#[derive(Clone, Debug)]
pub struct Desired {
    pub waves: Vec<Wave>,
}

impl Desired {
    pub fn manifests(&self) -> impl Iterator<Item = &Manifest> {
        self.waves.iter().flat_map(|wave| &wave.manifests)
    }
}

pub fn build(stack: &ValidatedStack, inputs: &Inputs) -> Desired {
    let services: Vec<_> = stack
        .services
        .iter()
        .map(|plan| Parts { plan, secret: role_secret(stack, inputs, plan.role) })
        .collect();
    let wave = |step, manifests| Wave { step, manifests };
    Desired {
        waves: vec![
            wave(Step::Config, configuration(stack, inputs, &services)),
            wave(Step::Infrastructure, infrastructure(stack, inputs)),
            wave(Step::Setup, database::setup(stack, inputs)),
            wave(Step::Migrations, migrations(stack, inputs, &services)),
            wave(Step::Services, deployed(stack, inputs, &services)),
            wave(Step::Contract, contracts(stack, inputs, &services)),
        ],
    }
}

struct Parts<'a> {
    plan: &'a ServicePlan,
    secret: Option<Manifest>,
}

fn configuration(stack: &ValidatedStack, inputs: &Inputs, services: &[Parts<'_>]) -> Vec<Manifest> {
    // Before there are pods, so that none is ever without.
    let mut all = network::policies(stack, inputs);
    all.extend(certificates::certificates(stack, inputs));
    all.extend(database::configuration(stack, inputs));
    all.extend(messaging::configuration(stack, inputs));
    all.extend(prometheus::configuration(stack));
    for Parts { plan, secret } in services {
        all.push(service_account(stack, Component::Service(plan.role), names::service(stack, plan.role)));
        all.extend(secret.clone());
    }
    all
}

fn infrastructure(stack: &ValidatedStack, inputs: &Inputs) -> Vec<Manifest> {
    database::infrastructure(stack, inputs)
        .into_iter()
        .chain(messaging::infrastructure(stack, inputs))
        .collect()
}

fn migrations(stack: &ValidatedStack, inputs: &Inputs, services: &[Parts<'_>]) -> Vec<Manifest> {
    services
        .iter()
        .filter(|service| is_needed(service.plan.role))
        .filter_map(|service| Some(migration_job(stack, inputs, service.plan, service.secret.as_ref()?)))
        .collect()
}

fn contracts(stack: &ValidatedStack, inputs: &Inputs, services: &[Parts<'_>]) -> Vec<Manifest> {
    services
        .iter()
        .filter_map(|service| contract_job(stack, inputs, service.plan, service.secret.as_ref()?))
        .collect()
}

fn deployed(stack: &ValidatedStack, inputs: &Inputs, services: &[Parts<'_>]) -> Vec<Manifest> {
    services
        .iter()
        .flat_map(|service| service::manifests(stack, inputs, service.plan, service.secret.as_ref()))
        .chain(prometheus::server(stack, inputs))
        .chain(scaler::trigger_authentication(stack, inputs))
        .chain(pod_monitor::pod_monitors(stack, inputs))
        .collect()
}
