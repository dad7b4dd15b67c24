//! The services: which run, with what.

use std::collections::BTreeMap;

use contracts::Role;
use k8s_openapi::DeepMerge;
use k8s_openapi::api::core::v1::PodTemplateSpec;
use operator_api::{EcommerceStackSpec, OrdersConfig, PaymentProvider, Service, Services};

use super::{Findings, images, overrides, scaling};
use crate::resources::Demand;
use crate::{ServicePlan, names};

const LONGEST_WINDOW_S: u32 = 24 * 60 * 60;

/// The enabled services, in the order of the Role table.
pub fn plans(spec: &EcommerceStackSpec, findings: &mut Findings) -> Vec<ServicePlan> {
    let inherited = Inherited {
        demand: demand(spec, findings),
        overrides: overrides::parse(&spec.defaults.pod_overrides, "spec.defaults.podOverrides", findings),
    };
    let plans: Vec<ServicePlan> =
        Role::ALL.into_iter().filter_map(|role| plan(spec, role, &inherited, findings)).collect();
    check_keys(&plans, findings);
    plans
}

/// What every service has that says nothing itself.
struct Inherited {
    demand: Demand,
    overrides: Option<PodTemplateSpec>,
}

impl Inherited {
    /// Those of the service go over those of all.
    fn overridden(&self, own: Option<PodTemplateSpec>) -> Option<Box<PodTemplateSpec>> {
        let mut all = self.overrides.clone();
        all.merge_from(own);
        all.map(Box::new)
    }
}

fn demand(spec: &EcommerceStackSpec, findings: &mut Findings) -> Demand {
    let mut refuse = |path: &str, message| findings.add(&format!("spec.defaults.resources.{path}"), message);
    let demand = Demand::of_a_service().overlaid(spec.defaults.resources.as_ref(), &mut refuse);
    demand.check(&mut refuse);
    demand
}

fn plan(
    spec: &EcommerceStackSpec,
    role: Role,
    inherited: &Inherited,
    findings: &mut Findings,
) -> Option<ServicePlan> {
    let defaults = Service::default();
    let settings = settings(&spec.services, role).unwrap_or(&defaults);
    let path = format!("spec.services.{role}");
    images::check(settings.image.as_ref(), &format!("{path}.image"), findings);
    let demand = settings.resources.as_ref().map_or(inherited.demand, |own| {
        let mut refuse = |below: &str, message| findings.add(&format!("{path}.resources.{below}"), message);
        let demand = inherited.demand.overlaid(Some(own), &mut refuse);
        demand.check(&mut refuse);
        demand
    });
    let plan = ServicePlan {
        role,
        image: settings.image.as_ref().map(|image| image.0.clone()),
        scaling: scaling::plan(
            spec,
            role,
            &settings.scaling,
            demand,
            &mut findings.below(&format!("{path}.scaling")),
        ),
        demand,
        secret: secret(settings, &path, findings),
        environment: environment(&spec.services, role, findings),
        overrides: inherited.overridden(overrides::parse(
            &settings.pod_overrides,
            &format!("{path}.podOverrides"),
            findings,
        )),
    };
    settings.enabled.then_some(plan)
}

/// What the role gets from a Secret that somebody else keeps.
fn secret(settings: &Service, path: &str, findings: &mut Findings) -> Option<String> {
    let name = settings.secret_name.as_ref().map(|name| &name.0)?;
    if !names::is_subdomain(name) {
        let message = format!("`{name}` can't be the name of a Secret: correct it");
        findings.add(&format!("{path}.secretName"), message);
    }
    Some(name.clone())
}

fn settings(services: &Services, role: Role) -> Option<&Service> {
    match role {
        Role::Gateway => services.gateway.as_ref(),
        Role::Storefront => services.storefront.as_ref(),
        Role::Users => services.users.as_ref(),
        Role::Catalog => services.catalog.as_ref(),
        Role::Inventory => services.inventory.as_ref(),
        Role::Orders => services.orders.as_ref().map(|orders| &orders.service),
        Role::Payments => services.payments.as_ref().map(|payments| &payments.service),
        Role::Notifications => services.notifications.as_ref(),
    }
}

fn environment(services: &Services, role: Role, findings: &mut Findings) -> BTreeMap<&'static str, String> {
    match role {
        Role::Orders => {
            let defaults = OrdersConfig::default();
            let config = services.orders.as_ref().map_or(&defaults, |orders| &orders.config);
            let mut findings = findings.below("spec.services.orders.config");
            let given = config.cancellation_window_seconds;
            let seconds = findings.number("cancellationWindowSeconds", given, 0, LONGEST_WINDOW_S);
            BTreeMap::from([("CANCELLATION_WINDOW_SECONDS", seconds.to_string())])
        }
        Role::Payments => {
            let provider = match services.payments.as_ref().map(|payments| payments.config.provider) {
                None | Some(PaymentProvider::Simulator) => "simulator",
                Some(PaymentProvider::Stripe) => "stripe",
                Some(PaymentProvider::PayPal) => "paypal",
            };
            BTreeMap::from([("PAYMENT_PROVIDER", provider.to_owned())])
        }
        Role::Gateway
        | Role::Storefront
        | Role::Users
        | Role::Catalog
        | Role::Inventory
        | Role::Notifications => BTreeMap::new(),
    }
}

/// Whoever checks tokens itself fetches the keys from users.
fn check_keys(plans: &[ServicePlan], findings: &mut Findings) {
    let runs = |role: Role| plans.iter().any(|plan| plan.role == role);
    let checks =
        |plan: &&ServicePlan| plan.role != Role::Gateway && plan.role.spec().calls.contains(&Role::Users);
    if let Some(plan) = plans.iter().find(checks).filter(|_| !runs(Role::Users)) {
        let message = format!(
            "{} checks tokens with users' keys: enable users, or disable whoever needs them",
            plan.role
        );
        findings.add("spec.services.users.enabled", message);
    }
}
