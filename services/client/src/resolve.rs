//! Finds `*.localhost` where the system's resolver does not; every other name is the system's business.

use std::net::{Ipv4Addr, SocketAddr};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::address::is_localhost;

pub(crate) struct LocalhostFirst;

impl Resolve for LocalhostFirst {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found: Addrs = if is_localhost(name.as_str()) {
                Box::new(std::iter::once(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))))
            } else {
                let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
                Box::new(found.into_iter())
            };
            Ok(found)
        })
    }
}
