//! `helm template`, and what came of it.

use std::path::PathBuf;
use std::process::Command;

use e2e::evidence::root;
use serde::Deserialize;
use serde_json::Value;

/// What a chart is rendered to.
pub struct Rendered(Vec<Value>);

/// A chart of this repository and the values that it is given, as `--set` takes them.
pub fn rendered(chart: &str, values: &[&str]) -> Rendered {
    let text = template(chart, values).unwrap_or_else(|refusal| panic!("{values:?}: {refusal}"));
    let documents = serde_yaml::Deserializer::from_str(&text);
    let documents = documents.map(|document| Value::deserialize(document).expect("Helm prints YAML"));
    Rendered(documents.filter(|document| !document.is_null()).collect())
}

/// Why Helm does not take these values.
pub fn refusal(chart: &str, values: &[&str]) -> String {
    match template(chart, values) {
        Err(refusal) => refusal,
        Ok(_) => panic!("{chart} takes {values:?}"),
    }
}

fn template(chart: &str, values: &[&str]) -> Result<String, String> {
    let mut helm = Command::new(helm());
    helm.args(["template", "release", "--namespace", "system"]).arg(root().join("charts").join(chart));
    for value in values {
        let option = if value.ends_with(".yaml") { "--values" } else { "--set" };
        helm.args([option, value]);
    }
    let said =
        helm.output().unwrap_or_else(|error| panic!("no helm, which e2e/cluster/tools makes: {error}"));
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    if said.status.success() { Ok(text(&said.stdout)) } else { Err(text(&said.stderr)) }
}

/// The one that the scripts use, or that on PATH.
fn helm() -> PathBuf {
    let ours = root().join(".run/bin/helm");
    if ours.exists() { ours } else { PathBuf::from("helm") }
}

impl Rendered {
    pub fn all(&self) -> &[Value] {
        &self.0
    }

    pub fn of(&self, kind: &str) -> Vec<&Value> {
        self.0.iter().filter(|object| object["kind"] == kind).collect()
    }

    /// The only one of its kind.
    pub fn the(&self, kind: &str) -> &Value {
        let found = self.of(kind);
        assert_eq!(found.len(), 1, "of kind {kind}");
        found[0]
    }

    /// Without what `helm test` makes.
    pub fn installed(&self) -> impl Iterator<Item = &Value> {
        self.0.iter().filter(|object| object["metadata"]["annotations"]["helm.sh/hook"].is_null())
    }
}
