//! What a role says about its certificate and the CAs that it trusts.

use std::sync::LazyLock;

use prometheus::{IntCounterVec, IntGaugeVec, register_int_counter_vec, register_int_gauge_vec};

/// When the role's certificate expires, in seconds since 1970, by role.
pub static TLS_CERTIFICATE_EXPIRY: LazyLock<IntGaugeVec> = LazyLock::new(|| {
    register_int_gauge_vec!(
        "shop_tls_certificate_expiry_seconds",
        "When the role's certificate expires, in seconds since 1970",
        &["role"]
    )
    .expect("registered once")
});

/// 1 for the bundle of CAs that the role trusts now, by role and hash of the bundle: so that people see
/// who trusts what while a CA is replaced.
pub static TLS_BUNDLE_INFO: LazyLock<IntGaugeVec> = LazyLock::new(|| {
    register_int_gauge_vec!(
        "shop_tls_bundle_info",
        "1 for the bundle of CAs that the role trusts now",
        &["role", "hash"]
    )
    .expect("registered once")
});

/// New certificates that could not be taken, by role; the old ones stay in use.
pub static TLS_RELOAD_FAILURES: LazyLock<IntCounterVec> = LazyLock::new(|| {
    register_int_counter_vec!(
        "shop_tls_reload_failures_total",
        "New certificates that could not be taken into use",
        &["role"]
    )
    .expect("registered once")
});
