use std::time::Duration;

use kube::CustomResourceExt;
use operator_api::EcommerceStack;
use serde_json::{Value, json};

use super::check;
use crate::fake_api::{FakeApi, refusal};

const LEASE: &str = "/apis/coordination.k8s.io/v1/namespaces/system/leases/ecommerce-operator";
const PATIENCE: Duration = Duration::from_millis(400);

/// A cluster with this definition, whose API server judges stacks as it should and whose leader renews as long as `led`.
async fn cluster(definition: Value, led: bool) -> FakeApi {
    let api = FakeApi::start().await;
    api.grant("ecommercestack.dev", "ecommercestacks", "create");
    api.put(LEASE, json!({"metadata": {"name": "ecommerce-operator"}, "spec": {"holderIdentity": "one"}}));
    api.fault(move |asked, store| {
        if asked.path.starts_with("/openapi/v3/") {
            let schemas = json!({"dev.ecommercestack.v1alpha1.EcommerceStack": definition});
            return Some((200, json!({"components": {"schemas": schemas}})));
        }
        if asked.path == LEASE && led {
            store.edit(LEASE, |_| {});
        }
        None
    });
    api
}

fn judging(api: &FakeApi) {
    api.fault(|asked, _| {
        if asked.method != "POST" {
            return None;
        }
        assert!(asked.query.contains("dryRun=All"), "{}", asked.query);
        let wrong = !asked.body["spec"]["deletionPolicy"].is_null();
        Some(if wrong {
            refusal(422, "Invalid")
        } else {
            (201, json!({"spec": {"deletionPolicy": "Retain"}}))
        })
    });
}

fn definition() -> Value {
    let definition = serde_json::to_value(EcommerceStack::crd()).unwrap();
    definition["spec"]["versions"][0]["schema"]["openAPIV3Schema"].clone()
}

#[tokio::test]
async fn a_sound_installation_is_told_so() {
    let api = cluster(definition(), true).await;
    judging(&api);
    let report = check(&api.client(), "system", PATIENCE).await.unwrap();
    assert!(report.contains("one leads"), "{report}");
}

#[tokio::test]
async fn fields_that_the_installed_definition_lacks_are_named() {
    let mut older = definition();
    older["properties"]["spec"]["properties"].as_object_mut().unwrap().remove("version");
    let api = cluster(older, true).await;
    let failure = check(&api.client(), "system", PATIENCE).await.unwrap_err().to_string();
    assert!(failure.contains("lacks spec.version: upgrade the chart"), "{failure}");
}

#[tokio::test]
async fn a_lease_that_nobody_renews_is_no_leader() {
    let api = cluster(definition(), false).await;
    judging(&api);
    let failure = check(&api.client(), "system", PATIENCE).await.unwrap_err().to_string();
    assert!(failure.contains("no operator has renewed the Lease system/ecommerce-operator"), "{failure}");
}

#[tokio::test]
async fn an_api_server_that_takes_anything_is_told_of() {
    let api = cluster(definition(), true).await;
    api.fault(|asked, _| {
        (asked.method == "POST").then(|| (201, json!({"spec": {"deletionPolicy": "Retain"}})))
    });
    let failure = check(&api.client(), "system", PATIENCE).await.unwrap_err().to_string();
    assert!(failure.contains("a wrong stack is taken"), "{failure}");
}
