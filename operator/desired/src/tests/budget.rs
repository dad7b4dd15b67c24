//! The sample runs on a two-core node beside the control plane.

use serde_json::{Value, json};

use super::chart::VALUES;
use super::stacks::{inputs, shop, templates, valid};
use crate::quantity::{Bytes, MilliCpu};
use crate::{ValidatedStack, build, validate};

#[test]
fn the_sample_asks_for_at_most_700m_and_1_gib_with_the_operator_and_every_migration_at_once() {
    let desired = build(&validate(&shop()).unwrap(), &inputs());
    let (mut cpu, mut memory) = operators();
    for (manifest, template) in templates(&desired) {
        let requests = &template["spec"]["containers"][0]["resources"]["requests"];
        let pods = u64::from(manifest.initial_replicas().unwrap_or(1));
        let (each_cpu, each_memory) = counted(requests);
        cpu += pods * each_cpu;
        memory += pods * each_memory;
    }
    assert!(cpu <= 700, "{cpu}m");
    assert!(memory <= 1 << 30, "{memory} bytes");
}

#[test]
fn a_shop_that_is_scaled_out_in_full_has_connections_for_all_its_pods() {
    for profile in ["Development", "Production"] {
        has_connections(&valid(json!({ "profile": profile })));
    }
}

fn has_connections(shop: &ValidatedStack) {
    const OF_A_POD: u32 = 8 + 1;
    let pods = shop
        .services()
        .iter()
        .filter(|plan| plan.role.spec().owns_database)
        .map(|plan| plan.scaling.policy.max);
    let desired = build(shop, &inputs());
    let config = desired.manifests().find(|manifest| manifest.data()["postgresql.conf"].is_string()).unwrap();
    let config = config.data()["postgresql.conf"].as_str().unwrap().to_owned();
    let most: u32 =
        config.lines().find_map(|line| line.strip_prefix("max_connections = ")).unwrap().parse().unwrap();
    assert!(pods.clone().sum::<u32>() * OF_A_POD < most, "{most} connections");
}

/// Those of the chart, as it is installed when no value is given.
fn operators() -> (u64, u64) {
    let values: Value = serde_yaml::from_str(VALUES).unwrap();
    let (cpu, memory) = counted(&values["resources"]["requests"]);
    let count = values["replicas"].as_u64().unwrap();
    (count * cpu, count * memory)
}

/// Thousandths of a core, and bytes.
fn counted(requests: &Value) -> (u64, u64) {
    let cpu = MilliCpu::parse(requests["cpu"].as_str().unwrap()).unwrap();
    let memory = Bytes::parse(requests["memory"].as_str().unwrap()).unwrap();
    (cpu.count(), memory.count())
}
