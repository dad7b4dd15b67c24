//! From an `EcommerceStack` to the Kubernetes objects that it means. Pure: no client, no clock, no chance.
//!
//! `validate` refuses what contradicts itself, `references` lists the Secrets that someone must look up, and `build`
//! can't fail. The same stack and inputs give the same bytes, so that an unchanged stack is never written again.

mod configuration;
mod credentials;
mod desired;
mod disruption;
mod hash;
mod inputs;
mod manifest;
mod merge;
mod messaging;
mod metadata;
mod migration_job;
mod names;
mod network;
mod offers;
mod overrides;
mod plan;
mod pod;
mod pod_monitor;
pub mod ports;
mod postgres;
pub mod profile;
mod prometheus;
mod quantity;
mod references;
mod resources;
mod scaler;
mod scaling;
mod server;
mod service;
mod validate;
mod volume;

pub use configuration::{root_secret, root_secret_name};
pub use desired::{Desired, Step, Wave, build};
pub use inputs::{Credentials, DefaultImages, Inputs, RootSecret};
pub use manifest::{Component, Kind, Manifest};
pub use messaging::{
    BrokerInputs, COOKIE, Definitions, ExternalBroker, MessagingPlan, cookie_secret_name, definitions,
    nodes_of, volume_name,
};
pub use names::certificate as certificate_name;
pub use network::{Edge, Node, edges};
pub use offers::Offers;
pub use plan::{Alone, Door, DoorCertificate, DoorKind, ServicePlan, ValidatedStack};
pub use references::{SecretReference, references};
pub use scaling::{Bounds, Manual, PrometheusPlan, PrometheusServer, ScalingPlan};
pub use validate::{Invalid, validate};

#[cfg(test)]
mod tests;
