use super::operator::{Said, said};

const STACK: &str =
    "apiVersion: ecommercestack.dev/v1alpha1\nkind: EcommerceStack\nmetadata: {name: shop}\nspec: {}\n";

/// Exit code 2 and one line that names what was wrong.
pub fn assert_refused(said: &Said, named: &str) {
    assert_eq!(said.code, 2, "{said:?}");
    assert_eq!(said.stderr.lines().count(), 1, "{said:?}");
    assert!(said.stderr.starts_with("ecommerce-operator: ") && said.stderr.contains(named), "{said:?}");
    assert_eq!(said.stdout, "");
}

#[test]
fn a_wrong_command_line_is_refused_in_one_line() {
    assert_refused(&said(&["--frobnicate"], &[], ""), "'--frobnicate'");
    assert_refused(&said(&["frobnicate"], &[], ""), "'frobnicate'");
    assert_refused(&said(&["render"], &[], ""), "--file");
    assert_refused(&said(&["plan"], &[], ""), "--file");
    assert_refused(&said(&[], &[], ""), "subcommand");
    assert_refused(&said(&["run", "now"], &[], ""), "'now'");
}

#[test]
fn a_missing_or_wrong_variable_is_named() {
    let given = [("SHOP_IMAGE", "shop:1"), ("POD_NAMESPACE", "system"), ("POD_NAME", "me")];
    for (missing, _) in given {
        let rest: Vec<_> = given.into_iter().filter(|(name, _)| *name != missing).collect();
        assert_refused(&said(&["run"], &rest, ""), missing);
    }
    assert_refused(&said(&["run"], &[("RUST_LOG", "a=b=c")], ""), "RUST_LOG");
    let wrong = [given[0], given[1], given[2], ("ADMIN_ADDRESS", "here")];
    assert_refused(&said(&["run"], &wrong, ""), "ADMIN_ADDRESS");
    let lost = [given[0], given[1], given[2], ("KUBECONFIG", "/nowhere")];
    assert_refused(&said(&["run"], &lost, ""), "KUBECONFIG");
}

#[test]
fn a_plan_of_no_stack_or_of_no_cluster_is_refused() {
    let nowhere = [("KUBECONFIG", "/nowhere")];
    assert_refused(&said(&["plan", "-f", "-"], &nowhere, "kind: Pod"), "apiVersion");
    assert_refused(&said(&["plan", "-f", "-"], &nowhere, STACK), "KUBECONFIG");
    assert_refused(&said(&["plan", "-f", "-", "--context", "none"], &nowhere, STACK), "KUBECONFIG");
}

#[test]
fn help_and_version_are_answers() {
    let version = said(&["--version"], &[], "");
    assert_eq!(
        (version.code, version.stdout.trim()),
        (0, concat!("ecommerce-operator ", env!("CARGO_PKG_VERSION")))
    );
    let help = said(&["run", "--help"], &[], "");
    assert_eq!(help.code, 0);
    assert!(help.stdout.contains("SHOP_IMAGE") && help.stdout.contains("ADMIN_ADDRESS"), "{help:?}");
}

#[test]
fn a_stack_file_that_is_wrong_is_refused_with_the_path_of_the_field() {
    assert_refused(&said(&["render", "-f", "/nowhere.yaml"], &[], ""), "/nowhere.yaml");
    let cases = [
        ("spec: {services: {orders: {scaling: {replicas: many}}}}", "spec.services.orders"),
        ("spec: {services: {order: {}}}", "spec.services.order: unknown field"),
        ("spec: {exposure: {hosts: [{}]}}", "spec.exposure.hosts[0]"),
        ("spec: {services: {gateway: {enabled: false}}}", "spec.services.gateway.enabled"),
        ("spec: [", "line"),
        ("---\nkind: Other\n", ""),
    ];
    for (spec, named) in cases {
        assert_refused(&said(&["render", "-f", "-"], &[], &STACK.replace("spec: {}", spec)), named);
    }
    assert_refused(&said(&["render", "-f", "-"], &[], &STACK.replace("spec: {}", "")), "spec: is missing");
    assert_refused(&said(&["render", "-f", "-"], &[], "kind: EcommerceStack"), "apiVersion: is missing");
    assert_refused(&said(&["render", "-f", "-"], &[], ""), "apiVersion: is missing");
    let other = STACK.replace("EcommerceStack", "Deployment");
    assert_refused(&said(&["render", "-f", "-"], &[], &other), "kind: is Deployment");
    let nameless = STACK.replace("name: shop", "namespace: shops");
    assert_refused(&said(&["render", "-f", "-"], &[], &nameless), "metadata.name");
}

#[test]
fn rendering_needs_no_cluster_and_shows_no_credentials() {
    let rendered = said(&["render", "-f", "-"], &[("SHOP_IMAGE", "shop:9")], STACK);
    assert_eq!(rendered.code, 0, "{}", rendered.stderr);
    assert!(rendered.stdout.contains("image: shop:9"));
    assert!(rendered.stdout.contains("namespace: default"));
    let documents: Vec<&str> = rendered.stdout.split("\n---\n").collect();
    let secrets: Vec<&&str> =
        documents.iter().filter(|document| document.contains("\nkind: Secret\n")).collect();
    assert!(!secrets.is_empty());
    for secret in secrets {
        assert!(secret.contains("stringData:") && !secret.contains("\ndata:"), "{secret}");
    }
    assert_eq!(rendered.stdout, said(&["render", "-f", "-"], &[("SHOP_IMAGE", "shop:9")], STACK).stdout);
}

#[test]
fn the_definition_of_the_kind_is_printed_whole() {
    let crd = said(&["crd"], &[], "");
    assert_eq!(crd.code, 0);
    assert!(crd.stdout.contains("name: ecommercestacks.ecommercestack.dev"));
    // An annotation of client-side apply holds 262,144 bytes of JSON.
    let definition: serde_json::Value = serde_yaml::from_str(&crd.stdout).unwrap();
    let size = definition.to_string().len();
    assert!(size < 200_000, "{size} bytes");
}
