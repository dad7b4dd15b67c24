//! What the operator may do.

use serde_json::{Value, json};

use super::changed;

fn of(version: &str) -> Value {
    json!({ "version": version })
}

#[test]
fn a_minor_version_never_goes_back_by_accident() {
    for (from, to) in [("0.3.0", "0.2.9"), ("1.0.0", "0.9.0"), ("2.1.0", "2.0.5"), ("0.10.0", "0.9.0")] {
        assert_eq!(changed(of(from), of(to)), ["spec.version"], "{from} to {to}");
        let allowed = json!({ "version": to, "operation": { "allowDowngrade": true } });
        assert!(changed(of(from), allowed).is_empty(), "{from} to {to}");
    }
    for (from, to) in [("0.3.1", "0.3.0"), ("0.3.0", "0.4.0"), ("0.9.0", "0.10.0"), ("1.9.0", "2.0.0")] {
        assert!(changed(of(from), of(to)).is_empty(), "{from} to {to}");
    }
}

#[test]
fn a_version_that_comes_or_goes_is_no_step_back() {
    assert!(changed(of("0.3.0"), json!({})).is_empty());
    assert!(changed(json!({}), of("0.1.0")).is_empty());
    // One that can't be read is refused for that alone.
    assert_eq!(changed(of("0.3.0"), of("latest")), ["spec.version"]);
}
