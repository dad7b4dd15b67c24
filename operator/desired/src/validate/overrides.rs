//! Whether raw fields of a pod template are fields of one: Kubernetes' own types write back only what they know.

use k8s_openapi::api::core::v1::PodTemplateSpec;
use operator_api::Overrides;
use serde_json::{Map, Value, json};

use super::Findings;

/// None: there are none, or they are wrong.
pub fn parse(overrides: &Overrides, path: &str, findings: &mut Findings) -> Option<PodTemplateSpec> {
    if overrides.0.is_empty() {
        return None;
    }
    let given = Value::Object(overrides.0.clone());
    let before = findings.count();
    for leaf in leaves(&given) {
        if let Err(message) = leaf.check() {
            findings.add(&format!("{path}.{}", leaf.shown()), message);
        }
    }
    if findings.count() > before {
        return None;
    }
    let typed: PodTemplateSpec = serde_json::from_value(given.clone()).ok()?;
    let written = serde_json::to_value(&typed).expect("pod templates are JSON");
    // It would be written over ours with nothing in it.
    for missing in leaves(&written).iter().filter(|leaf| !leaf.is_empty() && leaf.find(&given).is_none()) {
        let message = "is missing: fields beside it are overridden, so name it as well";
        findings.add(&format!("{path}.{}", missing.shown()), message);
    }
    Some(typed)
}

#[derive(Clone, Debug)]
enum Step {
    Key(String),
    Index(usize),
}

/// A value without parts, and the way to it.
struct Leaf<'a> {
    steps: Vec<Step>,
    value: &'a Value,
}

fn leaves(value: &Value) -> Vec<Leaf<'_>> {
    let mut found = Vec::new();
    gather(value, &mut Vec::new(), &mut found);
    found
}

fn gather<'a>(value: &'a Value, steps: &mut Vec<Step>, found: &mut Vec<Leaf<'a>>) {
    let parts: Vec<(Step, &Value)> = match value {
        Value::Object(fields) => fields.iter().map(|(key, value)| (Step::Key(key.clone()), value)).collect(),
        Value::Array(items) => items.iter().enumerate().map(|(at, value)| (Step::Index(at), value)).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    };
    if parts.is_empty() && !steps.is_empty() {
        found.push(Leaf { steps: steps.clone(), value });
    }
    for (step, part) in parts {
        steps.push(step);
        gather(part, steps, found);
        steps.pop();
    }
}

impl Leaf<'_> {
    /// `spec.containers[0].env`
    fn shown(&self) -> String {
        let mut path = String::new();
        for step in &self.steps {
            match step {
                Step::Key(key) if path.is_empty() => path.push_str(key),
                Step::Key(key) => path.push_str(&format!(".{key}")),
                Step::Index(index) => path.push_str(&format!("[{index}]")),
            }
        }
        path
    }

    fn is_empty(&self) -> bool {
        matches!(self.value, Value::Array(_) | Value::Object(_))
    }

    fn find<'v>(&self, value: &'v Value) -> Option<&'v Value> {
        self.steps.iter().try_fold(value, |value, step| match step {
            Step::Key(key) => value.get(key),
            Step::Index(index) => value.get(index),
        })
    }

    /// Alone, so that whatever is wrong is wrong here.
    fn check(&self) -> Result<(), String> {
        if self.value.is_null() {
            return Err("null takes nothing away: leave it out".to_owned());
        }
        let alone: Vec<Step> = self
            .steps
            .iter()
            .map(|step| match step {
                Step::Key(key) => Step::Key(key.clone()),
                Step::Index(_) => Step::Index(0),
            })
            .collect();
        let alone = Leaf { steps: alone, value: self.value };
        let template = alone.steps.iter().rev().fold(self.value.clone(), |inner, step| match step {
            Step::Key(key) => Value::Object(Map::from_iter([(key.clone(), inner)])),
            Step::Index(_) => json!([inner]),
        });
        let typed: PodTemplateSpec = serde_json::from_value(template)
            .map_err(|error| format!("does not fit a pod template ({error}): correct it"))?;
        let written = serde_json::to_value(typed).expect("pod templates are JSON");
        match alone.find(&written) {
            Some(_) => Ok(()),
            None => Err("no field of a pod template: correct or remove it".to_owned()),
        }
    }
}
