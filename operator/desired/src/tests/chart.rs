//! What the operator's chart says, for tests that hold it against the code.

pub const VALUES: &str = include_str!("../../../../charts/ecommerce-operator/values.yaml");
