//! The sample runs on a two-core node beside the control plane.

use serde_json::Value;

use super::stacks::{inputs, shop, templates};
use crate::quantity::{Bytes, MilliCpu};
use crate::{build, validate};

/// What the chart asks for the operator.
const OPERATOR: (&str, &str) = ("25m", "32Mi");

#[test]
fn the_sample_asks_for_at_most_700m_and_1_gib_with_the_operator_and_every_migration_at_once() {
    let desired = build(&validate(&shop()).unwrap(), &inputs());
    let mut cpu = MilliCpu::parse(OPERATOR.0).unwrap().count();
    let mut memory = Bytes::parse(OPERATOR.1).unwrap().count();
    for (manifest, template) in templates(&desired) {
        let requests = &template["spec"]["containers"][0]["resources"]["requests"];
        let pods = u64::from(manifest.initial_replicas().unwrap_or(1));
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        cpu += pods * MilliCpu::parse(&text(&requests["cpu"])).unwrap().count();
        memory += pods * Bytes::parse(&text(&requests["memory"])).unwrap().count();
    }
    assert!(cpu <= 700, "{cpu}m");
    assert!(memory <= 1 << 30, "{memory} bytes");
}
