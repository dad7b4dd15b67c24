//! What a pass has to do with scaling: it tells the autoscaler what is asked for, and others what they may do at present.

use std::collections::BTreeMap;

use contracts::Role;
use k8s_openapi::jiff::Timestamp;
use operator_api::ScalingMode;
use operator_desired::{Bounds, Kind, ScalingPlan, ValidatedStack};
use operator_scaling::NoData;
use serde_json::Value;

use super::plan::Plan;
use super::stack::Stack;
use crate::autoscaler::{Mark, Marks, PAUSED, Pause, Registration, Remembered, Report, Table, pause};
use crate::live::{Live, LiveObject};
use crate::prometheus::Server;

/// What HPAs and ScaledObjects of the stack are told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Orders {
    pub bounds: BTreeMap<Role, Bounds>,
    pub paused: BTreeMap<Role, u32>,
}

/// What the autoscaler needs to know of the stack.
pub fn registration(
    stack: &Stack,
    checked: &ValidatedStack,
    server: Result<Server, NoData>,
    stopped: bool,
) -> Registration {
    Registration {
        uid: stack.uid.clone(),
        reference: stack.reference(),
        plans: checked.services().iter().map(|service| (service.role, service.scaling.clone())).collect(),
        server,
        scrape_interval: checked.prometheus().scrape_interval,
        paused: checked.paused(),
        annotation: stack.annotation(PAUSED).map(str::to_owned),
        stopped,
    }
}

/// Tells the autoscaler of the stack. What can't be built is left alone, the number of pods too.
pub fn introduce(table: &Table, stack: &Stack, plan: &Plan) {
    match plan {
        Plan::Go(prepared) | Plan::Look(prepared) => {
            table.register(&stack.key, &prepared.registration, || remembered(stack));
        }
        Plan::Leave(_) => table.suspend(&stack.key),
    }
}

/// From the annotations on the Deployments, and what the autoscaler has found out.
pub fn orders(
    stack: &Stack,
    checked: &ValidatedStack,
    live: &Live,
    (report, now): (&Report, Timestamp),
    stopped: bool,
) -> Orders {
    let mut orders = Orders::default();
    let annotation = stack.annotation(PAUSED);
    for service in checked.services() {
        let name = crate::autoscaler::workload(&stack.key.name, service.role);
        let Some(deployment) = live.get(Kind::named("Deployment"), &name) else { continue };
        let present = count(&deployment.value["spec"]["replicas"]).unwrap_or(1);
        let marks = marks(deployment);
        let pause = pause(&marks, annotation).map(|pause| match pause {
            Pause::Keep { .. } => present,
            Pause::At { replicas, .. } => replicas,
        });
        match service.scaling.mode {
            ScalingMode::Hpa => {
                let hpa = live.get(Kind::named("HorizontalPodAutoscaler"), &name);
                let held = Mark::of(&marks).filter(|mark| !mark.over(now)).map(|_| present);
                let bounds = pause.or(held).map_or_else(
                    || between(&service.scaling, report.floors.get(&service.role).copied(), hpa, present),
                    |exactly| Bounds { min: exactly.max(1), max: exactly.max(1) },
                );
                orders.bounds.insert(service.role, bounds);
            }
            ScalingMode::Keda if stopped => drop(orders.paused.insert(service.role, 0)),
            ScalingMode::Keda => orders.paused.extend(pause.map(|replicas| (service.role, replicas))),
            ScalingMode::Native | ScalingMode::Fixed | ScalingMode::External => {}
        }
    }
    orders
}

/// Without a floor, as after a restart, what there is stays: the HPA's own floor or, at a change of mode, the pods.
fn between(plan: &ScalingPlan, floor: Option<u32>, hpa: Option<&LiveObject>, present: u32) -> Bounds {
    let max = plan.policy.max.max(1);
    let kept = || hpa.and_then(|hpa| count(&hpa.value["spec"]["minReplicas"])).unwrap_or(present);
    Bounds { min: floor.unwrap_or_else(kept).clamp(plan.policy.min.clamp(1, max), max), max }
}

fn marks(deployment: &LiveObject) -> Marks {
    let annotations = serde_json::from_value(deployment.value["metadata"]["annotations"].clone());
    Marks::of(annotations.ok().as_ref())
}

fn remembered(stack: &Stack) -> Remembered {
    let rows = stack.status.services.iter();
    rows.filter_map(|row| Some((Role::find(&row.name)?, row.autoscaling.as_ref()?.into()))).collect()
}

fn count(value: &Value) -> Option<u32> {
    value.as_u64().and_then(|count| u32::try_from(count).ok())
}

#[cfg(test)]
mod tests {
    use operator_api::EcommerceStack;
    use operator_desired::validate;
    use serde_json::json;

    use super::*;

    const HPA: &str = "HorizontalPodAutoscaler";

    fn told(mode: &str, annotations: &Value, hpa_min: Option<u32>, floor: Option<u32>) -> Orders {
        let value = json!({
            "apiVersion": "ecommercestack.dev/v1alpha1", "kind": "EcommerceStack",
            "metadata": {"name": "shop", "namespace": "shops", "uid": "s1"},
            "spec": {"services": {"orders": {"scaling": {"mode": mode, "min": 2, "max": 6}}}},
        });
        let checked = validate(&serde_json::from_value::<EcommerceStack>(value.clone()).unwrap()).unwrap();
        let stack = Stack::new(&crate::stack_key::StackKey::new("shops", "shop"), value);
        let deployment = json!({
            "metadata": {"name": "shop-orders", "annotations": annotations}, "spec": {"replicas": 4},
        });
        let mut live: Live = [LiveObject::of(Kind::named("Deployment"), deployment)].into_iter().collect();
        if let Some(min) = hpa_min {
            let hpa = json!({"metadata": {"name": "shop-orders"}, "spec": {"minReplicas": min}});
            live.insert(LiveObject::of(Kind::named(HPA), hpa));
        }
        let floors = floor.map(|floor| (Role::Orders, floor)).into_iter().collect();
        let now = "2026-11-22T13:00:00Z".parse().unwrap();
        orders(&stack, &checked, &live, (&Report { floors, ..Report::default() }, now), false)
    }

    fn bounds(annotations: &Value, hpa_min: Option<u32>, floor: Option<u32>) -> (u32, u32) {
        let Bounds { min, max } = told("HPA", annotations, hpa_min, floor).bounds[&Role::Orders];
        (min, max)
    }

    #[test]
    fn an_hpa_takes_over_what_there_is_and_then_follows_the_floor() {
        assert_eq!(bounds(&json!({}), None, None), (4, 6), "at a change of mode no pod is dropped");
        assert_eq!(bounds(&json!({}), Some(3), None), (3, 6), "nor at a restart");
        assert_eq!(bounds(&json!({}), Some(3), Some(5)), (5, 6));
        assert_eq!(bounds(&json!({}), Some(3), Some(0)), (2, 6));
        assert_eq!(bounds(&json!({}), Some(3), Some(50)), (6, 6));
    }

    #[test]
    fn an_hpa_gets_no_room_while_somebody_holds_the_number() {
        let until = |time: &str| json!({"ecommercestack.dev/hold-until": time});
        assert_eq!(bounds(&json!({PAUSED: "true"}), Some(3), Some(5)), (4, 4));
        assert_eq!(bounds(&json!({"ecommercestack.dev/paused-replicas": "0"}), Some(3), Some(5)), (1, 1));
        assert_eq!(bounds(&until("forever"), Some(3), Some(5)), (4, 4));
        assert_eq!(bounds(&until("2026-11-22T12:59:59Z"), Some(3), Some(5)), (5, 6));
    }

    #[test]
    fn keda_is_told_of_a_pause_and_of_nothing_else() {
        let paused = |annotations: Value| told("KEDA", &annotations, None, Some(5)).paused;
        assert_eq!(paused(json!({})), BTreeMap::new());
        assert_eq!(paused(json!({PAUSED: "true"})), BTreeMap::from([(Role::Orders, 4)]));
        let at = json!({"ecommercestack.dev/paused-replicas": "7"});
        assert_eq!(paused(at), BTreeMap::from([(Role::Orders, 7)]));
    }
}
