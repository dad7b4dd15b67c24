//! Mode HPA: an HPA that scales by CPU, above a floor that the operator moves as the metrics ask for.

use contracts::Load;
use operator_scaling::{Source, Target};
use serde_json::{Value, json};

use super::behavior::behavior;
use crate::{Bounds, Component, Inputs, Manifest, ServicePlan, ValidatedStack, names};

/// Where no preset Cpu says otherwise: room for the load to grow while a pod starts.
const CPU_PERCENT: u32 = 70;

pub fn hpa(stack: &ValidatedStack, inputs: &Inputs, plan: &ServicePlan) -> Manifest {
    let name = names::service(stack, plan.role);
    let Bounds { min, max } = super::bounds(inputs, plan);
    let content = json!({
        "spec": {
            "scaleTargetRef": { "apiVersion": "apps/v1", "kind": "Deployment", "name": name },
            // None at all would be refused, unless the cluster tries out something that few do.
            "minReplicas": min.max(1),
            "maxReplicas": max.max(min).max(1),
            "metrics": [cpu(plan)],
            "behavior": behavior(&plan.scaling.policy),
        },
    });
    Manifest::new("HorizontalPodAutoscaler", stack, Component::Service(plan.role), name, content)
}

fn cpu(plan: &ServicePlan) -> Value {
    let percent = percent(plan).unwrap_or(CPU_PERCENT);
    let target = json!({ "type": "Utilization", "averageUtilization": percent });
    json!({ "type": "Resource", "resource": { "name": "cpu", "target": target } })
}

/// Of the preset Cpu, whose target is in cores.
fn percent(plan: &ServicePlan) -> Option<u32> {
    let mut metrics = plan.scaling.policy.metrics.iter();
    let cpu = metrics.find(|metric| metric.source == Source::Preset(Load::Cpu))?;
    let (Target::PerPod(cores) | Target::Whole(cores)) = cpu.target;
    let percent = 100.0 * cores / plan.demand.request_cpu.cores();
    format!("{:.0}", percent.max(1.0)).parse().ok()
}
