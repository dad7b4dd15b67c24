//! Short texts with a form.

use serde_json::{Value, json};

use super::{changed, created};

#[test]
fn a_host_is_a_dns_name() {
    for wrong in
        ["10.0.0.1", "http://shop.example.com", "shop.example.com:8080", "Shop", "a..b", "*", "-a.b", "a."]
    {
        let hosts = json!({ "exposure": { "hosts": ["fine.test", wrong] } });
        assert_eq!(created(hosts), ["spec.exposure.hosts[1]"], "{wrong}");
    }
    for fine in ["*.example.com", "1.example.com", "shop", "a-b.c1", "xn--80ak6aa92e.com", "7-a", "7a-1"] {
        assert!(created(json!({ "exposure": { "hosts": [fine] } })).is_empty(), "{fine}");
    }
}

#[test]
fn amounts_have_a_form() {
    let requests = |name: &str, amount: &str| {
        created(json!({ "services": { "orders": { "resources": { "requests": { name: amount } } } } }))
    };
    for (name, wrong) in
        [("cpu", "much"), ("cpu", "1.2345"), ("cpu", "-1"), ("memory", "1.5Gi"), ("memory", "0")]
    {
        let path = format!("spec.services.orders.resources.requests.{name}");
        assert_eq!(requests(name, wrong), [path], "{wrong}");
    }
    for (name, fine) in
        [("cpu", "50m"), ("cpu", "0.5"), ("cpu", "2"), ("memory", "64Mi"), ("memory", "1048576")]
    {
        assert!(requests(name, fine).is_empty(), "{fine}");
    }
    // A size that can't be read is refused for that, and not also for shrinking.
    let sized = |size: &str| json!({ "database": { "embedded": { "storage": { "size": size } } } });
    assert_eq!(changed(sized("1Gi"), sized("small")), ["spec.database.embedded.storage.size"]);
}

#[test]
fn images_and_names_have_a_form() {
    assert_eq!(
        created(json!({ "defaults": { "image": { "reference": "My Shop" } } })),
        ["spec.defaults.image.reference"]
    );
    assert_eq!(
        created(json!({ "messaging": { "embedded": { "image": "Q" } } })),
        ["spec.messaging.embedded.image"]
    );
    let secrets = json!([{ "name": "fine.name" }, { "name": "Wrong" }]);
    let refused = created(json!({ "defaults": { "image": { "pullSecrets": secrets } } }));
    assert_eq!(refused, ["spec.defaults.image.pullSecrets[1].name"]);
    let digest = "registry.example.com:5000/shop/shop@sha256:0123456789abcdef";
    assert!(created(json!({ "defaults": { "image": { "reference": digest } } })).is_empty());
}

/// Puts a text where a form is asked for, and tells whether that is refused there.
fn refused_at(path: &str, spec: Value) -> bool {
    let found = created(spec);
    assert!(found.iter().all(|one| one == path), "{found:?}");
    !found.is_empty()
}

#[test]
fn a_version_has_three_numbers() {
    let refused = |version: &str| refused_at("spec.version", json!({ "version": version }));
    for wrong in ["1", "1.2", "v1.2.3", "1.2.3-rc1", "01.2.3", "1.2.3.4", "1.2.100000", "a.b.c"] {
        assert!(refused(wrong), "{wrong}");
    }
    for fine in ["0.3.0", "10.20.30", "0.0.0", "99999.0.1"] {
        assert!(!refused(fine), "{fine}");
    }
}

#[test]
fn a_window_begins_by_a_clock_of_some_place() {
    let window = |start: &str, zone: &str| {
        let window = json!({ "start": start, "durationMinutes": 60, "timeZone": zone });
        json!({ "operation": { "maintenanceWindows": [window] } })
    };
    let path = "spec.operation.maintenanceWindows[0]";
    for wrong in ["2:00", "24:00", "02:60", "0200", "02.00"] {
        assert!(refused_at(&format!("{path}.start"), window(wrong, "UTC")), "{wrong}");
    }
    for wrong in ["utc", "Europe/", "Europe/Berlin/x/Y", "+02:00", "Europe Berlin"] {
        assert!(refused_at(&format!("{path}.timeZone"), window("02:00", wrong)), "{wrong}");
    }
    for fine in ["UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires", "Etc/GMT+3"] {
        assert!(!refused_at(path, window("23:59", fine)), "{fine}");
    }
}

#[test]
fn a_schedule_has_five_fields() {
    let backup =
        |schedule: &str| json!({ "database": { "embedded": { "backup": { "schedule": schedule } } } });
    let path = "spec.database.embedded.backup.schedule";
    for wrong in ["@daily", "0 3 * *", "0 3 * * * *", "0 3 * * MON", "0  3 * * *"] {
        assert!(refused_at(path, backup(wrong)), "{wrong}");
    }
    for fine in ["0 3 * * *", "*/15 0-6 1,15 * 1-5"] {
        assert!(!refused_at(path, backup(fine)), "{fine}");
    }
}

#[test]
fn a_bucket_and_a_dump_have_a_form() {
    let from = |bucket: &str, dump: &str| {
        let s3 = json!({ "endpoint": "https://s3.example.com", "bucket": bucket, "secretName": "s3" });
        json!({ "database": { "restoreFrom": { "s3": s3, "dump": dump } } })
    };
    let path = "spec.database.restoreFrom";
    for wrong in ["Shop", "a", "-shop", "shop_1", "shop/dumps"] {
        assert!(refused_at(&format!("{path}.s3.bucket"), from(wrong, "20260131T030000Z")), "{wrong}");
    }
    for wrong in ["../etc", "a/b", ".hidden"] {
        assert!(refused_at(&format!("{path}.dump"), from("shop-dumps", wrong)), "{wrong}");
    }
    assert!(!refused_at(path, from("shop-dumps.eu", "20260131T030000Z")));
}

#[test]
fn a_collector_is_a_server_and_perhaps_a_path() {
    let traced = |url: &str| created(json!({ "observability": { "otlpEndpoint": url } }));
    for wrong in [
        "",
        "collector:4318",
        "grpc://collector:4317",
        "http://",
        "http://me:secret@collector",
        "http://collector?tenant=shop",
        "http://collector#top",
        "http://collector:0",
        "http://[::1]:4318",
    ] {
        assert!(traced(wrong).iter().all(|path| path == "spec.observability.otlpEndpoint"), "{wrong}");
        assert!(!traced(wrong).is_empty(), "{wrong}");
    }
    for fine in ["http://collector", "https://otlp.example.com/tenant/shop", "http://10.0.0.7:4318/"] {
        assert!(traced(fine).is_empty(), "{fine}");
    }
}
