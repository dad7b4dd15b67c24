//! Each rule by itself.

mod load;
mod missing;
mod pace;
mod queue;
