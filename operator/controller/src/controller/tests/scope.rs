use std::time::Duration;

use serde_json::json;

use super::running::{Running, service, stack};
use crate::fake_api::Asked;
use crate::stack_key::StackKey;

#[tokio::test]
async fn in_some_namespaces_nothing_is_asked_of_the_others() {
    let running = Running::of("team-a,team-b").await;
    running.api.confine_to(&["team-a", "team-b"]);
    let stacks = [("team-a", "shop"), ("team-a", "other"), ("team-b", "shop")];
    for (namespace, name) in stacks.into_iter().chain([("team-c", "shop")]) {
        running.create(namespace, name, json!({}));
    }
    let script = async {
        for (namespace, name) in stacks {
            running.ready(namespace, name).await;
        }
        let lost = service("team-b", "shop-gateway");
        running.api.delete(&lost);
        running.api.until("the Service is back", |api| api.get(&lost).is_some()).await;

        running.api.delete(&stack("team-b", "shop"));
        let (key, table) = (StackKey::new("team-b", "shop"), &running.context.tools.table);
        while table.knows(&key) {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    running.during(script).await;
    assert!(running.api.get(&stack("team-c", "shop")).unwrap()["status"].is_null());
    assert!(!running.metrics().contains("watch_failures_total{"), "{}", running.metrics());
}

#[tokio::test]
async fn a_pass_lists_the_kinds_that_the_stack_has_and_no_others() {
    let running = Running::of("").await;
    running.create("shops", "shop", json!({}));
    let script = async {
        running.ready("shops", "shop").await;
        running.calm().await;
        running.api.edit(&stack("shops", "shop"), |stack| {
            stack["metadata"]["annotations"] = json!({"look": "again"});
        });
        tokio::time::sleep(Duration::from_secs(1)).await;
    };
    running.during(script).await;
    let asked = running.api.asked();
    let listed: Vec<String> = asked.iter().map(Asked::short).collect();
    let of = |resource: &str| listed.iter().filter(|one| **one == format!("GET {resource}")).count();
    assert_eq!((of("deployments"), of("services"), of("secrets")), (1, 1, 1), "{listed:#?}");
    assert_eq!((of("cronjobs"), of("horizontalpodautoscalers")), (0, 0), "{listed:#?}");
    assert!(asked.iter().all(|one| !one.writes()), "{listed:#?}");
}
