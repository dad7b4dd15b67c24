//! What `run` is told by its environment, read and checked once.

use std::net::SocketAddr;

use operator_desired::DefaultImages;

use crate::failure::Failure;
use crate::scope::Scope;

/// Stock images: the operator leans on the binaries in them, not on their entrypoint scripts.
pub const POSTGRES_IMAGE: &str = "docker.io/library/postgres:17";
pub const RABBITMQ_IMAGE: &str = "docker.io/library/rabbitmq:4.0";
pub const PROMETHEUS_IMAGE: &str = "docker.io/prom/prometheus:v2.53.5";

const ADMIN_ADDRESS: &str = "0.0.0.0:9090";

#[derive(Clone, Debug)]
pub struct Settings {
    /// The images of stacks that don't name their own.
    pub images: DefaultImages,
    /// Where the Lease lives.
    pub namespace: String,
    /// Who holds the Lease.
    pub pod: String,
    /// Where stacks are looked after.
    pub scope: Scope,
    /// Where `/livez`, `/readyz` and `/metrics` are served.
    pub admin: SocketAddr,
}

impl Settings {
    pub fn from_env() -> Result<Self, Failure> {
        Self::read(&|name| std::env::var(name).ok())
    }

    fn read(variable: &dyn Fn(&str) -> Option<String>) -> Result<Self, Failure> {
        let set = |name: &str| variable(name).filter(|value| !value.trim().is_empty());
        let needed = |name: &str, what: &str| {
            set(name).ok_or_else(|| Failure::input(format!("the variable {name} is not set: {what}")))
        };
        let admin = set("ADMIN_ADDRESS").unwrap_or_else(|| ADMIN_ADDRESS.to_owned());
        Ok(Self {
            images: DefaultImages {
                shop: needed("SHOP_IMAGE", "the image of the shop's services")?,
                postgres: set("POSTGRES_IMAGE").unwrap_or_else(|| POSTGRES_IMAGE.to_owned()),
                rabbitmq: set("RABBITMQ_IMAGE").unwrap_or_else(|| RABBITMQ_IMAGE.to_owned()),
                prometheus: set("PROMETHEUS_IMAGE").unwrap_or_else(|| PROMETHEUS_IMAGE.to_owned()),
            },
            namespace: needed("POD_NAMESPACE", "the namespace of this operator, where its Lease is kept")?,
            pod: needed("POD_NAME", "the name of this operator's pod, which will hold the Lease")?,
            scope: Scope::parse(&set("WATCH_NAMESPACES").unwrap_or_default())?,
            admin: admin.parse().map_err(|_| {
                Failure::input(format!("the variable ADMIN_ADDRESS is not an address and port: {admin}"))
            })?,
        })
    }

    /// A name that no other process has, not even the next container of the same pod: whoever finds it in the Lease
    /// and did not write it there must wait.
    pub fn identity(&self) -> String {
        let mut random = [0; 4];
        aws_lc_rs::rand::fill(&mut random).expect("the system has random numbers");
        format!("{}_{:08x}", self.pod, u32::from_be_bytes(random))
    }
}

/// What `render` takes the operator's namespace to be.
pub fn namespace_for_render() -> String {
    or("POD_NAMESPACE", "ecommerce-system")
}

fn or(name: &str, default: &str) -> String {
    std::env::var(name).ok().filter(|value| !value.trim().is_empty()).unwrap_or_else(|| default.to_owned())
}

/// For `render`, which must work on a laptop: what is not set is the default.
pub fn images_for_render() -> DefaultImages {
    DefaultImages {
        shop: or("SHOP_IMAGE", concat!("shop:", env!("CARGO_PKG_VERSION"))),
        postgres: or("POSTGRES_IMAGE", POSTGRES_IMAGE),
        rabbitmq: or("RABBITMQ_IMAGE", RABBITMQ_IMAGE),
        prometheus: or("PROMETHEUS_IMAGE", PROMETHEUS_IMAGE),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(pairs: &[(&str, &str)]) -> Result<Settings, Failure> {
        Settings::read(&|name| {
            pairs.iter().find(|(given, _)| *given == name).map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn a_missing_variable_is_named() {
        let failure = given(&[("POD_NAMESPACE", "shop"), ("POD_NAME", "me")]).unwrap_err();
        assert_eq!(
            failure.to_string(),
            "the variable SHOP_IMAGE is not set: the image of the shop's services"
        );
    }

    #[test]
    fn an_empty_variable_counts_as_missing() {
        let failure = given(&[("SHOP_IMAGE", "s"), ("POD_NAMESPACE", " "), ("POD_NAME", "me")]).unwrap_err();
        assert!(failure.to_string().contains("POD_NAMESPACE"), "{failure}");
    }

    #[test]
    fn the_servers_have_stock_images() {
        let settings = given(&[("SHOP_IMAGE", "s"), ("POD_NAMESPACE", "n"), ("POD_NAME", "me")]).unwrap();
        assert_eq!(settings.images.postgres, POSTGRES_IMAGE);
        assert_eq!(settings.images.rabbitmq, RABBITMQ_IMAGE);
        assert_eq!(settings.images.prometheus, PROMETHEUS_IMAGE);
        assert_eq!(settings.admin.port(), 9090);
    }
}
