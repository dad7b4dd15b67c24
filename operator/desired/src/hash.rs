//! Short digests: in a Job's name, and in annotations that roll pods when what they have read has changed.

use aws_lc_rs::digest::{SHA256, digest};
use serde_json::Value;

/// The annotation on pod templates.
pub const ANNOTATION: &str = "ecommercestack.dev/config-hash";

/// 32 bits: enough to tell one version of an object from the next.
pub fn short(values: &[&Value]) -> String {
    let text: String = values.iter().map(|value| value.to_string() + "\n").collect();
    digest(&SHA256, text.as_bytes()).as_ref()[..4].iter().map(|byte| format!("{byte:02x}")).collect()
}
