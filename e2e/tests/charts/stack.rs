//! charts/ecommerce-stack.

use std::fs;

use e2e::evidence::root;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::helm::{Rendered, refusal, rendered};

const CHART: &str = "ecommerce-stack";

fn with(values: &[&str]) -> Rendered {
    rendered(CHART, values)
}

#[test]
fn without_values_it_is_the_smallest_stack_named_after_the_release() {
    let chart = with(&[]);
    assert_eq!(chart.all().len(), 1);
    let stack = chart.the("EcommerceStack");
    assert_eq!(stack["metadata"]["name"], "release");
    assert_eq!(stack["metadata"]["namespace"], "system");
    assert_eq!(stack["spec"], json!({}));
}

#[test]
fn the_spec_is_passed_on_as_it_is_given() {
    let chart = with(&[
        "name=shop",
        "spec.exposure.hosts={shop.example.com}",
        "spec.services.catalog.scaling.min=2",
        "labels.team=shop",
    ]);
    let stack = chart.the("EcommerceStack");
    assert_eq!(stack["metadata"]["name"], "shop");
    assert_eq!(stack["metadata"]["labels"]["team"], "shop");
    let spec = json!({"exposure": {"hosts": ["shop.example.com"]}, "services": {"catalog": {"scaling": {"min": 2}}}});
    assert_eq!(stack["spec"], spec);
}

#[test]
fn every_sample_is_taken_as_values() {
    for file in fs::read_dir(root().join("manifests/samples")).unwrap() {
        let file = file.unwrap().path();
        let text = fs::read_to_string(&file).unwrap();
        let documents =
            serde_yaml::Deserializer::from_str(&text).map(|document| Value::deserialize(document).unwrap());
        for stack in documents.filter(|document| document["kind"] == "EcommerceStack") {
            let name = file.file_name().unwrap().to_string_lossy();
            let values = std::env::temp_dir().join(format!("values-of-{}-{name}", std::process::id()));
            fs::write(&values, json!({"spec": stack["spec"]}).to_string()).unwrap();
            let chart = with(&[values.to_str().unwrap()]);
            fs::remove_file(&values).unwrap();
            assert_eq!(chart.the("EcommerceStack")["spec"], stack["spec"], "{name}");
        }
    }
}

#[test]
fn wrong_values_are_refused_with_their_path() {
    let wrong = [
        ("spec.profile=Huge", "/spec/profile"),
        ("spec.database.mode=Oracle", "/spec/database/mode"),
        ("spec.services.catalog.scaling.min=-1", "/spec/services/catalog/scaling/min"),
        ("spec.services.catalog.scaling.mni=1", "/spec/services/catalog/scaling"),
        ("spec.services.warehouse.enabled=true", "/spec/services"),
        ("spec.exposure.hosts=shop.example.com", "/spec/exposure/hosts"),
        ("spec.deletionPolicy=Burn", "/spec/deletionPolicy"),
        ("name=Shop", "/name"),
        ("namespace=shop", "namespace"),
    ];
    for (value, path) in wrong {
        let refusal = refusal(CHART, &[value]);
        assert!(refusal.replace('.', "/").contains(path), "{value}: {refusal}");
    }
}

#[test]
fn a_name_that_is_too_long_for_its_objects_is_refused() {
    let refusal = refusal(CHART, &["name=a-name-of-more-than-thirty-two-letters"]);
    assert!(refusal.contains("name"), "{refusal}");
}
