//! The controller of EcommerceStack: everything that talks to the API server, and the decisions in between.

mod admin;
mod autoscaler;
mod backoff;
pub mod cli;
mod client;
mod cluster;
mod compare;
mod controller;
mod crd;
mod facts;
mod failure;
#[cfg(test)]
mod fake_api;
mod health;
mod lease;
mod live;
mod logging;
mod metrics;
mod output;
mod pass;
mod prometheus;
mod reconcile;
mod references;
mod render;
mod request_kind;
mod run;
mod settings;
mod stack_key;
mod status;
mod stubborn;
mod text;
mod trouble;
mod watches;
mod workload;
mod yaml;
