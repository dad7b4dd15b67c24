//! Stock as sellers and the checkout saga see it: HTTP and messages, on a real database and broker.
#![expect(clippy::unwrap_used, reason = "a test that can't go on fails where it stands")]

#[path = "inventory/adjustments.rs"]
mod adjustments;
#[path = "inventory/allocation.rs"]
mod allocation;
#[path = "inventory/concurrency.rs"]
mod concurrency;
#[path = "inventory/erp.rs"]
mod erp;
#[path = "inventory/expiry.rs"]
mod expiry;
#[path = "inventory/http.rs"]
mod http;
#[path = "inventory/imports.rs"]
mod imports;
#[path = "inventory/ledger.rs"]
mod ledger;
#[path = "inventory/load.rs"]
mod load;
#[path = "inventory/low.rs"]
mod low;
#[path = "inventory/renewal.rs"]
mod renewal;
#[path = "inventory/returns.rs"]
mod returns;
#[path = "inventory/saga.rs"]
mod saga;
#[path = "inventory/warehouse.rs"]
mod warehouse;
