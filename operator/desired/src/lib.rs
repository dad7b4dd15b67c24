//! From an `EcommerceStack` to the Kubernetes objects that it means. Pure: no client, no clock, no chance.
//!
//! `validate` refuses what contradicts itself, `references` lists the Secrets that someone must look up, and `build`
//! can't fail. The same stack and inputs give the same bytes, so that an unchanged stack is never written again.

mod desired;
mod inputs;
mod manifest;
mod references;
mod validate;

pub use desired::{Desired, Step, Wave, build};
pub use inputs::{DefaultImages, Inputs, RootSecret, root_secret, root_secret_name};
pub use manifest::{Component, Kind, Manifest};
pub use references::{SecretReference, references};
pub use validate::{Invalid, ServicePlan, ValidatedStack, validate};
