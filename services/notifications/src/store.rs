//! The notifications' tables. Functions take the caller's connection, so they are in the caller's transaction.

mod codes;
mod contacts;
mod deliveries;
mod history;
mod preferences;
mod schema;
mod sink;
mod subscriptions;
mod waiting;

pub use contacts::{audience_find, contact_save};
pub use deliveries::{
    Job, Settlement, deliveries_claim, deliveries_forget, deliveries_open, deliveries_pending,
    delivery_postpone, delivery_settle,
};
pub use history::history_list;
pub use preferences::{preferences_find, preferences_save};
pub use sink::{SinkMessage, sink_find, sink_keep, sink_list, sink_trim};
pub use subscriptions::{
    subscription_delete, subscription_save, subscriptions_delete, subscriptions_list, subscriptions_of,
};
pub use waiting::{waiting_count, waiting_expire, waiting_keep, waiting_take};
