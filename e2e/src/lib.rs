//! What the stories are told with: the cluster, the stack, the shop behind the ingress, a browser, load, and evidence for
//! when a story fails.

mod address;
pub mod broker;
pub mod browser;
pub mod browsing;
pub mod chaos;
pub mod cluster;
pub mod databases;
pub mod ephemeral;
pub mod evidence;
pub mod figures;
pub mod fixtures;
pub mod guests;
mod images;
pub mod json_schema;
pub mod kubectl;
pub mod metrics;
pub mod ordering;
pub mod people;
pub mod programs;
pub mod purchases;
pub mod replicas;
pub mod requests;
pub mod scaling;
pub mod stack;
mod story;
pub mod tls_files;
pub mod wait;

pub use address::shop_address;
pub use cluster::Cluster;
pub use stack::Stack;
pub use story::{
    SETTLED_WITHIN, Story, WINDOW_SECONDS, alone, alone_in_the_cluster, beside_others, in_own_namespace,
};
pub use wait::within;
