//! `/api/v1/erp-connections` and `/api/v1/stock-imports`: a seller's own system tells of stock, and is told of it.

use kernel::{DeliveryId, ErpConnectionId, ImportId, Region, Sku, Timestamp};
use serde::{Deserialize, Serialize};

/// The most bytes of a file that is imported.
pub const IMPORT_LIMIT: usize = 4 * 1024 * 1024;

/// `POST /api/v1/erp-connections`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct NewErpConnection {
    /// 1 to 80 characters; one connection of a seller has it.
    pub name: String,
    /// Where it is told of stock; without: it is not.
    #[serde(default)]
    pub url: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ErpConnectionView {
    pub id: ErpConnectionId,
    pub name: String,
    pub url: Option<String>,
    /// Where it tells of stock: a path of this shop.
    pub inbound: String,
    /// Not called until then, for the last attempts failed.
    pub paused_until: Option<Timestamp>,
    pub created_at: Timestamp,
}

/// The only answers that show a secret, once. Can't be printed.
#[derive(Clone, Serialize, Deserialize)]
pub struct ErpConnectionCreated {
    #[serde(flatten)]
    pub connection: ErpConnectionView,
    /// `whsec_...`, as Standard Webhooks writes it; both directions are signed with it.
    pub secret: String,
}

/// `POST /api/v1/erp-connections/{id}/stock`, signed as Standard Webhooks says: all of it or nothing.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct StockUpdate {
    /// 1 to 200.
    pub items: Vec<StockUpdateItem>,
}

/// What was counted, or how many more or fewer there are: one of both.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct StockUpdateItem {
    pub sku: Sku,
    #[serde(default)]
    pub region: Option<Region>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_hand: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delta: Option<i64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryStatus {
    Pending,
    Delivered,
    /// Given up after the last attempt; it can be replayed.
    Failed,
}

/// `GET /api/v1/erp-connections/{id}/deliveries`, newest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DeliveryView {
    /// Also the `webhook-id` of each attempt.
    pub id: DeliveryId,
    #[serde(rename = "type")]
    pub kind: String,
    pub status: DeliveryStatus,
    pub attempts: i32,
    pub next_attempt_at: Option<Timestamp>,
    /// Status of the last answer; without one, `error` says why.
    pub answer: Option<i32>,
    pub error: Option<String>,
    pub created_at: Timestamp,
    pub delivered_at: Option<Timestamp>,
}

/// What is delivered: `type`, `timestamp` and `data`, as Standard Webhooks advises.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StockAnnouncement {
    pub sku: Sku,
    pub on_hand: i64,
    pub available: i64,
    /// Fewer are available than the seller wants to have.
    pub low: bool,
    /// Grows with each change: ignore what is older than what you know.
    pub version: i64,
}

/// Told by the content's type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImportFormat {
    Csv,
    Json,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ImportStatus {
    Pending,
    Applying,
    /// Of a dry run: every row could be applied.
    Valid,
    /// At least one row is broken: nothing was changed.
    Rejected,
    Applied,
    /// What was promised to customers meanwhile was left as it was.
    AppliedWithErrors,
}

impl ImportStatus {
    pub const ALL: [Self; 6] =
        [Self::Pending, Self::Applying, Self::Valid, Self::Rejected, Self::Applied, Self::AppliedWithErrors];
}

/// `POST /api/v1/stock-imports` and `GET /api/v1/stock-imports/{id}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ImportView {
    pub id: ImportId,
    pub status: ImportStatus,
    pub dry_run: bool,
    pub rows: i32,
    pub processed: i32,
    pub errors: i32,
    pub created_at: Timestamp,
    pub finished_at: Option<Timestamp>,
}

/// `GET /api/v1/stock-imports/{id}/errors`, in the order of rows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ImportErrorView {
    /// Also the `after` of what comes next.
    pub position: i64,
    /// Counted from 1 without the header; 0: the whole file.
    pub row: i32,
    pub field: String,
    pub message: String,
}
