//! `/api/v1/notifications` and `/api/v1/notification-preferences`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How a person is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    Email,
    Sms,
    WebPush,
}
