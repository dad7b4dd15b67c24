//! The tables of inventory. Transactions lock a reservation first and SKUs after it, these in their order, and the
//! shelves of a SKU after the SKU: so none ever waits for one that waits for it.

pub mod deliveries;
pub mod erp;
pub mod imports;
pub mod ledger;
pub mod levels;
pub mod reservations;
mod schema;
pub mod stock;

use platform::partitions::{Key, Partitioned, Retention};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// For ever: a level is the sum of all its movements.
pub const PARTITIONED: &[Partitioned] =
    &[Partitioned { table: "movements", key: Key::Time("at"), retention: Retention::Forever }];

/// What was stored from a type is of that type.
fn parsed<T: TryFrom<String>>(stored: String) -> T {
    T::try_from(stored).ok().expect("only what was parsed is stored")
}

/// The name of a plain variant, as JSON and the tables have it.
fn named(variant: &impl Serialize) -> String {
    let name = serde_json::to_value(variant).ok();
    name.as_ref().and_then(Value::as_str).expect("a plain variant is its name").to_owned()
}

/// The variant of that name.
fn variant<T: DeserializeOwned>(name: String) -> T {
    serde_json::from_value(Value::String(name)).expect("a CHECK keeps unknown names out")
}
