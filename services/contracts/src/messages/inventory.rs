//! What inventory says.

use kernel::{OrderId, Quantity, Region, ReturnId, Sku, Timestamp, UserId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::orders::Shortage;
use crate::envelope::message;

/// Pieces that an order gets from one region.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Allocation {
    pub sku: Sku,
    pub region: Region,
    pub quantity: Quantity,
}

message! {
    /// The level of one SKU over all regions; `aggregateversion` orders them.
    StockLevelChanged = "stock.level-changed.v1" from Inventory about sku {
        sku: Sku,
        on_hand: i64,
        available: i64,
    }
}

message! {
    /// Fewer can be bought than the seller wants to have; said once each time the level falls below.
    StockLow = "stock.low.v1" from Inventory about sku {
        sku: Sku,
        seller_id: UserId,
        available: i64,
        threshold: i64,
    }
}

message! {
    /// All lines of the order are held until `expires_at`.
    StockReserved = "stock.reserved.v1" from Inventory about order_id {
        order_id: OrderId,
        #[schemars(with = "crate::schema::Moment")]
        expires_at: Timestamp,
        #[serde(default)]
        allocations: Vec<Allocation>,
    }
}

message! {
    /// Nothing is held: at least one line is short.
    StockRejected = "stock.rejected.v1" from Inventory about order_id {
        order_id: OrderId,
        shortages: Vec<Shortage>,
    }
}

message! {
    /// Nothing of the order is held (any more), and never will be; also the answer where nothing ever was,
    /// and said unasked when a reservation expires.
    StockReleased = "stock.released.v1" from Inventory about order_id { order_id: OrderId }
}

message! {
    /// The pieces have left the shelf.
    StockCommitted = "stock.committed.v1" from Inventory about order_id { order_id: OrderId }
}

message! {
    /// The reservation had expired or was never there; nothing left the shelf.
    StockCommitFailed = "stock.commit-failed.v1" from Inventory about order_id { order_id: OrderId }
}

message! {
    /// Committed pieces are back on the shelf.
    StockRestocked = "stock.restocked.v1" from Inventory about order_id { order_id: OrderId }
}

message! {
    /// The returned pieces are on the shelf.
    StockReturned = "stock.returned.v1" from Inventory about order_id { order_id: OrderId, return_id: ReturnId }
}
