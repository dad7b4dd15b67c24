//! charts/ecommerce-operator.

use serde_json::{Value, json};

use crate::helm::{Rendered, refusal, rendered};

const CHART: &str = "ecommerce-operator";
const NAME: &str = "release-ecommerce-operator";

fn with(values: &[&str]) -> Rendered {
    rendered(CHART, values)
}

fn environment(container: &Value, name: &str) -> Option<String> {
    let variables = container["env"].as_array().into_iter().flatten();
    let found = variables.into_iter().find(|variable| variable["name"] == name)?;
    found["value"].as_str().map(str::to_owned)
}

#[test]
fn everything_is_named_after_the_release_and_tells_whose_it_is() {
    for object in with(&[]).installed().filter(|object| object["kind"] != "CustomResourceDefinition") {
        let metadata = &object["metadata"];
        assert!(metadata["name"].as_str().unwrap_or_default().starts_with(NAME), "{metadata}");
        assert_eq!(metadata["labels"]["app.kubernetes.io/instance"], "release", "{metadata}");
        let cluster_wide = object["kind"].as_str().unwrap_or_default().starts_with("Cluster");
        assert!(cluster_wide || metadata["namespace"] == "system", "{metadata}");
    }
}

#[test]
fn two_operators_run_and_one_of_them_may_be_away() {
    let chart = with(&[]);
    assert_eq!(chart.the("Deployment")["spec"]["replicas"], 2);
    let budget = &chart.the("PodDisruptionBudget")["spec"];
    assert_eq!(budget["maxUnavailable"], 1);
    assert_eq!(budget["selector"], chart.the("Deployment")["spec"]["selector"]);
}

#[test]
fn a_single_operator_may_be_moved_so_it_has_no_budget() {
    assert!(with(&["replicas=1"]).of("PodDisruptionBudget").is_empty());
    assert!(with(&["podDisruptionBudget.enabled=false"]).of("PodDisruptionBudget").is_empty());
}

#[test]
fn every_pod_passes_pod_security_restricted() {
    let chart = with(&[]);
    let pods = [&chart.the("Deployment")["spec"]["template"]["spec"], &chart.the("Pod")["spec"]];
    for pod in pods {
        assert_eq!(pod["securityContext"]["runAsNonRoot"], true);
        assert_eq!(pod["securityContext"]["seccompProfile"]["type"], "RuntimeDefault");
        let container = &pod["containers"][0]["securityContext"];
        assert_eq!(container["allowPrivilegeEscalation"], false);
        assert_eq!(container["capabilities"]["drop"], json!(["ALL"]));
    }
}

#[test]
fn pods_are_spread_by_the_labels_of_their_own_deployment() {
    let chart = with(&[]);
    let spec = &chart.the("Deployment")["spec"];
    let constraints = spec["template"]["spec"]["topologySpreadConstraints"].as_array().unwrap();
    assert_eq!(constraints.len(), 2);
    for constraint in constraints {
        assert_eq!(constraint["labelSelector"], spec["selector"]);
    }
    let own = with(&[
        "topologySpreadConstraints[0].maxSkew=1",
        "topologySpreadConstraints[0].topologyKey=rack",
        "topologySpreadConstraints[0].whenUnsatisfiable=DoNotSchedule",
        "topologySpreadConstraints[0].labelSelector.matchLabels.a=b",
    ]);
    let pods = &own.the("Deployment")["spec"]["template"]["spec"];
    let selector = &pods["topologySpreadConstraints"][0]["labelSelector"]["matchLabels"];
    assert_eq!(selector["a"], "b");
}

#[test]
fn metrics_are_found_behind_a_service_and_nothing_else_is_let_in() {
    let chart = with(&[]);
    let pods = &chart.the("Deployment")["spec"]["template"]["metadata"]["labels"];
    let selector = chart.the("Service")["spec"]["selector"].as_object().unwrap();
    assert!(selector.iter().all(|(label, value)| pods[label] == *value), "{selector:?}");
    let check = &chart.the("Pod")["metadata"]["labels"];
    assert!(selector.iter().any(|(label, value)| check[label] != *value), "the check is no operator");
    let policy = &chart.the("NetworkPolicy")["spec"];
    assert_eq!(policy["policyTypes"], json!(["Ingress"]));
    assert_eq!(policy["ingress"], json!([{"ports": [{"port": "admin", "protocol": "TCP"}]}]));

    let narrow = with(&["networkPolicy.metricsFrom[0].podSelector.matchLabels.app=prometheus"]);
    let from = &narrow.the("NetworkPolicy")["spec"]["ingress"][0]["from"];
    assert_eq!(*from, json!([{"podSelector": {"matchLabels": {"app": "prometheus"}}}]));
    assert!(with(&["networkPolicy.enabled=false"]).of("NetworkPolicy").is_empty());
}

#[test]
fn the_kind_of_the_prometheus_operator_is_used_only_when_asked_for() {
    assert!(with(&[]).of("ServiceMonitor").is_empty());
    let chart = with(&["serviceMonitor.enabled=true", "serviceMonitor.labels.release=prometheus"]);
    let monitor = chart.the("ServiceMonitor");
    assert_eq!(monitor["metadata"]["labels"]["release"], "prometheus");
    let service = &chart.the("Service")["metadata"]["labels"];
    let selector = monitor["spec"]["selector"]["matchLabels"].as_object().unwrap();
    assert!(selector.iter().all(|(label, value)| service[label] == *value), "{selector:?}");
}

#[test]
fn an_image_without_a_tag_is_of_the_charts_own_release() {
    let release = env!("CARGO_PKG_VERSION");
    let chart = with(&[]);
    let container = &chart.the("Deployment")["spec"]["template"]["spec"]["containers"][0];
    assert_eq!(container["image"], format!("ecommercestack/operator:{release}"));
    assert_eq!(environment(container, "SHOP_IMAGE"), Some(format!("ecommercestack/shop:{release}")));
    assert_eq!(chart.the("Pod")["spec"]["containers"][0]["image"], container["image"]);
}

#[test]
fn the_definition_is_upgraded_with_the_chart_and_kept_when_it_is_uninstalled() {
    let chart = with(&[]);
    let definition = chart.the("CustomResourceDefinition");
    assert_eq!(definition["metadata"]["annotations"]["helm.sh/resource-policy"], "keep");
    assert!(with(&["crds.install=false"]).of("CustomResourceDefinition").is_empty());
}

#[test]
fn the_operator_is_told_which_namespaces_to_watch() {
    let told = |chart: Rendered| {
        environment(&chart.the("Deployment")["spec"]["template"]["spec"]["containers"][0], "WATCH_NAMESPACES")
    };
    assert_eq!(told(with(&[])), None);
    assert_eq!(told(with(&["watchNamespaces={shop,staging}"])).as_deref(), Some("shop,staging"));
}

#[test]
fn permissions_are_those_of_the_watched_namespaces_alone() {
    let chart = with(&[]);
    let everywhere = &chart.the("ClusterRole")["rules"];
    assert_eq!(
        chart.the("ClusterRoleBinding")["roleRef"]["name"],
        chart.the("ClusterRole")["metadata"]["name"]
    );

    let confined = with(&["watchNamespaces={shop,staging}"]);
    assert!(confined.of("ClusterRole").is_empty() && confined.of("ClusterRoleBinding").is_empty());
    for namespace in ["shop", "staging"] {
        let within = |kind: &str| {
            let found =
                confined.of(kind).into_iter().find(|object| object["metadata"]["namespace"] == namespace);
            found.unwrap_or_else(|| panic!("there is no {kind} in {namespace}")).clone()
        };
        assert_eq!(within("Role")["rules"], *everywhere);
        assert_eq!(within("RoleBinding")["roleRef"]["name"], within("Role")["metadata"]["name"]);
        assert_eq!(within("RoleBinding")["subjects"][0]["namespace"], "system");
    }
}

#[test]
fn helm_test_may_do_little_and_leaves_nothing() {
    let chart = with(&[]);
    let of_test =
        chart.all().iter().filter(|object| object["metadata"]["annotations"]["helm.sh/hook"] == "test");
    let kinds: Vec<&str> = of_test.clone().filter_map(|object| object["kind"].as_str()).collect();
    assert_eq!(kinds, ["ServiceAccount", "Role", "RoleBinding", "Pod"]);
    for object in of_test {
        let policy = object["metadata"]["annotations"]["helm.sh/hook-delete-policy"].as_str().unwrap();
        assert!(policy.contains("hook-succeeded"), "{policy}");
    }
}

#[test]
fn wrong_values_are_refused_with_their_path() {
    let wrong = [
        ("replicas=-1", "/replicas"),
        ("replicas=two", "/replicas"),
        ("image.pullPolicy=Sometimes", "/image/pullPolicy"),
        ("image.repository=", "/image/repository"),
        ("imagePullSecrets[0].nmae=x", "/imagePullSecrets/0"),
        ("watchNamespaces={Shop}", "/watchNamespaces/0"),
        ("watchNamespaces={a,a}", "/watchNamespaces"),
        ("resources.limits.memory=much", "/resources/limits/memory"),
        ("serviceMonitor.interval=often", "/serviceMonitor/interval"),
        ("networkPolicy.metricsFrom[0].app=x", "/networkPolicy/metricsFrom/0"),
        ("topologySpreadConstraints[0].whenUnsatisfiable=Never", "/topologySpreadConstraints/0"),
        ("tolerations[0].effect=Perhaps", "/tolerations/0/effect"),
        ("podDisruptionBudget.enabled=perhaps", "/podDisruptionBudget/enabled"),
        ("replica=3", "replica"),
    ];
    for (value, path) in wrong {
        let refusal = refusal(CHART, &[value]);
        assert!(refusal.replace('.', "/").contains(path), "{value}: {refusal}");
    }
}
