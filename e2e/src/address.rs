//! Where the shop's ingress is.

use shop_client::Address;

/// `E2E_URL`, or where `make up` puts it.
pub fn shop_address() -> Address {
    let url = std::env::var("E2E_URL").unwrap_or_else(|_| "http://shop.localhost:8080".to_owned());
    url.parse().unwrap_or_else(|error| panic!("E2E_URL: {error}"))
}
