//! What only users measures.

use std::sync::LazyLock;

use prometheus::{IntCounterVec, register_int_counter_vec};

/// Log-ins by outcome: `ok`, `wrong`. A wave of wrong ones is somebody trying out passwords.
pub static LOG_INS: LazyLock<IntCounterVec> = LazyLock::new(|| {
    register_int_counter_vec!("shop_users_log_ins_total", "Log-ins, by outcome", &["outcome"])
        .expect("registered once")
});
