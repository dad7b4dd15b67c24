use super::*;

const COMMITTED: &str = include_str!("../../../../charts/ecommerce-operator/files/rules.yaml");

#[test]
fn the_chart_holds_the_rules_as_they_are_printed() {
    assert_eq!(COMMITTED, text().unwrap(), "run `make generate`");
}

#[test]
fn nothing_is_permitted_by_a_star_and_no_volume_may_be_deleted() {
    assert!(!COMMITTED.contains('*'));
    let deletes = rules().stacks.into_iter().filter(|rule| rule.verbs.iter().any(|verb| verb == "delete"));
    let resources: Vec<String> = deletes.flat_map(|rule| rule.resources.unwrap_or_default()).collect();
    assert!(resources.contains(&"secrets".to_owned()), "{resources:?}");
    assert!(!resources.contains(&"persistentvolumeclaims".to_owned()), "{resources:?}");
    assert!(!resources.contains(&"clusters".to_owned()), "{resources:?}");
}
