//! How fast the number of pods may change, as HPAs spell it.

use operator_scaling::{Policy, Rate, Rules, Select, Unit};
use serde_json::{Value, json};

pub fn behavior(policy: &Policy) -> Value {
    json!({ "scaleUp": rules(&policy.scale_up), "scaleDown": rules(&policy.scale_down) })
}

fn rules(rules: &Rules) -> Value {
    json!({
        "stabilizationWindowSeconds": rules.stabilization.as_secs(),
        "selectPolicy": match rules.select {
            Select::Max => "Max",
            Select::Min => "Min",
            Select::Disabled => "Disabled",
        },
        "policies": rules.rates.iter().map(rate).collect::<Vec<Value>>(),
    })
}

fn rate(rate: &Rate) -> Value {
    let unit = match rate.unit {
        Unit::Pods => "Pods",
        Unit::Percent => "Percent",
    };
    json!({ "type": unit, "value": rate.value, "periodSeconds": rate.period.as_secs() })
}
