//! Volumes, wherever they are.

use serde_json::json;

use super::changed;

#[test]
fn a_volume_grows_and_never_shrinks_even_from_the_default() {
    for server_path in ["database", "messaging", "observability.prometheus"] {
        let sized = |size: &str| {
            let embedded = json!({ "embedded": { "storage": { "size": size } } });
            server_path.rsplit('.').fold(embedded, |below, name| json!({ name: below }))
        };
        let path = [format!("spec.{server_path}.embedded.storage.size")];
        assert_eq!(changed(sized("2Gi"), sized("2047Mi")), path);
        assert_eq!(changed(json!({}), sized("512Mi")), path);
        assert!(changed(sized("1024Mi"), sized("1Gi")).is_empty());
        assert!(changed(json!({}), sized("2Gi")).is_empty());
    }
}

#[test]
fn a_volume_keeps_its_class() {
    let class = |name: &str| json!({ "database": { "embedded": { "storage": { "className": name } } } });
    let path = "spec.database.embedded.storage.className";
    assert_eq!(changed(class("slow"), class("fast")), [path]);
    assert_eq!(changed(json!({}), class("fast")), [path]);
    assert_eq!(changed(class("fast"), json!({})), [path]);
    assert!(changed(class("fast"), class("fast")).is_empty());
}
