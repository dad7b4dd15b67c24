//! The controller with all of its watches, against an API server that can be stopped, silenced and made to forget.

mod permits;
mod running;
mod scope;
mod trouble;
