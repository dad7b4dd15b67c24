//! How many pods each service has, decided beside the reconciles.

pub mod collect;
