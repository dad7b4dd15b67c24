//! From an `EcommerceStack` to the Kubernetes objects that it means. Pure: no client, no clock, no chance.
//!
//! `validate` refuses what contradicts itself, `references` lists the Secrets that someone must look up, and `build`
//! can't fail. The same stack and inputs give the same bytes, so that an unchanged stack is never written again.

mod certificates;
mod configuration;
mod credentials;
mod database;
mod desired;
mod disruption;
mod fields;
mod hash;
mod image;
mod inputs;
mod manifest;
mod merge;
mod messaging;
mod metadata;
mod migration_job;
mod names;
mod network;
mod offers;
mod operation;
mod overrides;
mod plan;
mod pod;
mod pod_monitor;
pub mod ports;
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
mod window;

pub use certificates::{
    BUNDLE, CERTIFICATE, CertificatePlan, Issuer, KEY, Subject, authority_secret, authority_secret_name,
    certificate_secret, lasting_secrets, subjects,
};
pub use configuration::{last_good, last_good_name, root_secret, root_secret_name};
pub use database::{
    DatabaseInputs, DatabasePlan, DatabaseState, External, ExternalServer, Move, Phase, missing_kinds,
};
pub use desired::{Desired, Step, TEMPLATE_REVISION, Wave, build};
pub use hash::short as digest;
pub use image::{is_before, release};
pub use inputs::{Contracts, Credentials, DefaultImages, Inputs, RootSecret, contracts_of_roles};
pub use manifest::{Component, Kind, Manifest};
pub use messaging::{
    BrokerInputs, COOKIE, Definitions, ExternalBroker, MessagingPlan, cookie_secret_name, definitions,
    nodes_of, volume_name,
};
pub use names::certificate as certificate_name;
pub use network::{Edge, Node, edges};
pub use offers::Offers;
pub use operation::{Opening, Operation};
pub use plan::{Alone, Door, DoorCertificate, DoorKind, ServicePlan, ValidatedStack};
pub use references::{SecretReference, references};
pub use scaling::{Bounds, Manual, PrometheusPlan, PrometheusServer, ScalingPlan};
pub use validate::{Invalid, validate};
pub use window::Window;

#[cfg(test)]
mod tests;
