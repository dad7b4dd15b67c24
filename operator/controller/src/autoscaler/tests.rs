//! The autoscaler between an API server and a Prometheus that answer as the tests want. Time is turned, never waited for.

mod away;
mod bench;
mod hands;
mod load;
mod modes;
mod shop;
mod stopped;
