//! What only the gateway measures.

use std::sync::LazyLock;

use prometheus::{IntGaugeVec, register_int_gauge_vec};

/// Services that are left alone, for they did not answer.
pub static RESTING: LazyLock<IntGaugeVec> = LazyLock::new(|| {
    register_int_gauge_vec!(
        "shop_gateway_circuit_open",
        "1 while requests to the service are answered without asking it",
        &["upstream"]
    )
    .expect("registered once")
});
