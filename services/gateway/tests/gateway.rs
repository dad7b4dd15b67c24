//! The gateway in front of upstreams that the test controls, with a real broker behind it.
#![expect(clippy::unwrap_used, reason = "a test that can't be set up fails where it is set up")]

#[path = "gateway/answers.rs"]
mod answers;
#[path = "gateway/failures.rs"]
mod failures;
#[path = "gateway/limits.rs"]
mod limits;
#[path = "gateway/load.rs"]
mod load;
#[path = "gateway/payments.rs"]
mod payments;
#[path = "gateway/routing.rs"]
mod routing;
#[path = "gateway/shop.rs"]
mod shop;
#[path = "gateway/tls.rs"]
mod tls;
