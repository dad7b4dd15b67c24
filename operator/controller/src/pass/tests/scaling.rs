use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use operator_desired::{Kind, Offers};
use operator_scaling::NoData;
use serde_json::{Value, json};

use super::world::{World, path};
use crate::prometheus::{Credentials, Server};

const URL: &str = "https://prometheus.example.com:9090";

/// A stack with a Prometheus of somebody else's, and the Secret that it names.
async fn told(secret: Option<Value>) -> Result<Server, NoData> {
    let external = json!({"url": URL, "authSecretName": "auth"});
    let spec = json!({"observability": {"prometheus": {"mode": "External", "external": external}}});
    let world = World::with(spec).await;
    if let Some(data) = secret {
        world.api.put(&path("secrets", "auth"), json!({"metadata": {"name": "auth"}, "data": data}));
    }
    world.pass().await;
    world.tools.table.active(&world.key).unwrap().registration.server.clone()
}

#[tokio::test]
async fn the_autoscaler_gets_to_know_whom_to_ask_and_as_whom() {
    let server = told(Some(json!({"token": STANDARD.encode("s3cret")}))).await.unwrap();
    assert_eq!(server.url, URL);
    assert_eq!(server.credentials, Some(Credentials::Bearer("s3cret".into())));
}

#[tokio::test]
async fn a_secret_that_does_not_say_who_we_are_is_named_and_not_shown() {
    for (secret, why) in
        [(None, "it does not exist"), (Some(json!({"password": STANDARD.encode("s3cret")})), "token")]
    {
        let Err(NoData::Refused(said)) = told(secret).await else { panic!("{why}") };
        let field = "spec.observability.prometheus.external.authSecretName names Secret auth: ";
        assert!(said.starts_with(field) && said.contains(why) && !said.contains("s3cret"), "{said}");
    }
}

#[tokio::test]
async fn a_shop_is_ready_without_its_prometheus() {
    let world = World::settled(json!({})).await;
    world.api.edit(&path("statefulsets", "shop-prometheus"), super::world::pods_down);
    world.pass().await;
    assert_eq!(world.condition("Ready")["status"], "True");
    assert_eq!(world.condition("Progressing")["reason"], "Stable");
}

#[tokio::test]
async fn kinds_of_others_are_made_where_they_are_known_and_asked_for_nowhere_else() {
    let spec = json!({"services": {"orders": {"scaling": {"mode": "KEDA"}}}});
    let world = World::settled(spec).await;
    world.pass().await;
    let asked = world.api.asked();
    assert!(asked.iter().all(|asked| !asked.path.contains("keda.sh")), "{asked:#?}");

    world
        .tools
        .discovery
        .set(Offers::of([Kind::named("ScaledObject"), Kind::named("TriggerAuthentication")]));
    world.settle().await;
    let object = path("scaledobjects", "shop-orders");
    assert!(world.api.get(&object).is_some());

    world.change_spec(|spec| spec["services"]["orders"]["scaling"]["mode"] = json!("Fixed"));
    world.settle().await;
    assert!(world.api.get(&object).is_none());
}

#[tokio::test]
async fn a_spec_that_makes_no_sense_takes_the_stack_from_the_autoscaler_until_it_does() {
    let world = World::settled(json!({})).await;
    assert!(world.tools.table.active(&world.key).is_some());
    for spec in [json!({"services": {"gateway": {"enabled": false}}}), json!({"operation": {"paused": true}})]
    {
        world.change_spec(|now| *now = spec);
        world.pass().await;
        assert!(world.tools.table.active(&world.key).is_none());
        world.change_spec(|now| *now = json!({}));
        world.pass().await;
        assert!(world.tools.table.active(&world.key).is_some());
    }
    world.api.delete(super::world::STACK);
    world.pass().await;
    assert!(!world.tools.table.knows(&world.key));
}
