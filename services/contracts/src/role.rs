//! The Role table: one row per role, from which ports, call graph, queues, permissions and manifests are derived.

use serde::{Deserialize, Serialize};

use crate::Load;
use crate::inbound::{catalog, inventory, notifications, orders, payments};

/// What one process of the `shop` binary is: one Deployment each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    Gateway,
    Storefront,
    Users,
    Catalog,
    Inventory,
    Orders,
    Payments,
    Notifications,
}

/// One row of the table.
#[derive(Debug)]
pub struct RoleSpec {
    pub name: &'static str,
    /// Business HTTP; what the Service forwards to.
    pub port: u16,
    /// Health and metrics; never behind the ingress.
    pub admin_port: u16,
    /// Has a database and a database user of its own; a role that has one also has an outbox, so an exchange.
    pub owns_database: bool,
    /// The release whose contract migrations, which run some time after its pods, remove something from the database.
    pub contract: Option<&'static str>,
    /// The roles it calls over HTTP.
    pub calls: &'static [Role],
    /// What its queue receives; empty: it has no queue.
    pub subscriptions: &'static [Subscription],
    /// Publishes payment requests over MQTT.
    pub publishes_mqtt: bool,
    /// What it is scaled by where the stack does not say, and how much of it is right.
    pub scaled_by: (Load, f64),
    /// May have no pod at all while its queue is empty: whatever it serves over HTTP can wait.
    pub may_sleep: bool,
}

/// Message types that one source delivers into the queue of the subscribing role.
#[derive(Debug)]
pub struct Subscription {
    pub from: Source,
    pub types: &'static [&'static str],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    Role(Role),
    /// RabbitMQ's MQTT plugin.
    Mqtt,
}

impl Role {
    pub const ALL: [Self; 8] = [
        Self::Gateway,
        Self::Storefront,
        Self::Users,
        Self::Catalog,
        Self::Inventory,
        Self::Orders,
        Self::Payments,
        Self::Notifications,
    ];

    pub fn name(self) -> &'static str {
        self.spec().name
    }

    pub fn find(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }

    /// Whether it has anything to say to the broker over AMQP.
    pub fn speaks_amqp(self) -> bool {
        self.spec().owns_database
    }

    pub const fn spec(self) -> &'static RoleSpec {
        match self {
            Self::Gateway => &GATEWAY,
            Self::Storefront => &STOREFRONT,
            Self::Users => &USERS,
            Self::Catalog => &CATALOG,
            Self::Inventory => &INVENTORY,
            Self::Orders => &ORDERS,
            Self::Payments => &PAYMENTS,
            Self::Notifications => &NOTIFICATIONS,
        }
    }
}

impl std::fmt::Display for Role {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

const GATEWAY: RoleSpec = RoleSpec {
    name: "gateway",
    port: 8080,
    admin_port: 9080,
    owns_database: false,
    contract: None,
    calls: &[
        Role::Storefront,
        Role::Users,
        Role::Catalog,
        Role::Inventory,
        Role::Orders,
        Role::Payments,
        Role::Notifications,
    ],
    subscriptions: &[],
    publishes_mqtt: true,
    scaled_by: (Load::RequestsPerSecond, 200.0),
    may_sleep: false,
};

const STOREFRONT: RoleSpec = RoleSpec {
    name: "storefront",
    port: 8081,
    admin_port: 9081,
    owns_database: false,
    contract: None,
    calls: &[],
    subscriptions: &[],
    publishes_mqtt: false,
    scaled_by: (Load::RequestsPerSecond, 200.0),
    may_sleep: false,
};

const USERS: RoleSpec = RoleSpec {
    name: "users",
    port: 8082,
    admin_port: 9082,
    owns_database: true,
    contract: None,
    calls: &[],
    subscriptions: &[],
    publishes_mqtt: false,
    scaled_by: (Load::Cpu, 70.0),
    may_sleep: false,
};

const CATALOG: RoleSpec = RoleSpec {
    name: "catalog",
    port: 8083,
    admin_port: 9083,
    owns_database: true,
    contract: None,
    calls: &[Role::Users],
    subscriptions: &[Subscription {
        from: Source::Role(Role::Inventory),
        types: catalog::StockLevels::TYPES,
    }],
    publishes_mqtt: false,
    scaled_by: (Load::RequestsPerSecond, 100.0),
    may_sleep: false,
};

const INVENTORY: RoleSpec = RoleSpec {
    name: "inventory",
    port: 8084,
    admin_port: 9084,
    owns_database: true,
    contract: None,
    calls: &[Role::Users],
    subscriptions: &[
        Subscription { from: Source::Role(Role::Orders), types: inventory::Commands::TYPES },
        Subscription { from: Source::Role(Role::Catalog), types: inventory::Products::TYPES },
    ],
    publishes_mqtt: false,
    scaled_by: (Load::QueueAge, 5.0),
    may_sleep: false,
};

const ORDERS: RoleSpec = RoleSpec {
    name: "orders",
    port: 8085,
    admin_port: 9085,
    owns_database: true,
    contract: None,
    calls: &[Role::Users],
    subscriptions: &[
        Subscription { from: Source::Role(Role::Inventory), types: orders::StockAnswers::TYPES },
        Subscription { from: Source::Role(Role::Payments), types: orders::PaymentAnswers::TYPES },
        Subscription { from: Source::Role(Role::Catalog), types: orders::Products::TYPES },
        Subscription { from: Source::Role(Role::Inventory), types: orders::StockLevels::TYPES },
    ],
    publishes_mqtt: false,
    scaled_by: (Load::CheckoutsInFlight, 200.0),
    may_sleep: false,
};

const PAYMENTS: RoleSpec = RoleSpec {
    name: "payments",
    port: 8086,
    admin_port: 9086,
    owns_database: true,
    contract: None,
    calls: &[Role::Users],
    subscriptions: &[
        Subscription { from: Source::Role(Role::Orders), types: payments::Commands::TYPES },
        Subscription { from: Source::Role(Role::Orders), types: payments::Outcomes::TYPES },
        Subscription { from: Source::Mqtt, types: payments::Submissions::TYPES },
    ],
    publishes_mqtt: false,
    scaled_by: (Load::QueueAge, 5.0),
    may_sleep: false,
};

const NOTIFICATIONS: RoleSpec = RoleSpec {
    name: "notifications",
    port: 8087,
    admin_port: 9087,
    owns_database: true,
    contract: None,
    calls: &[Role::Users],
    subscriptions: &[
        Subscription { from: Source::Role(Role::Users), types: notifications::People::TYPES },
        Subscription { from: Source::Role(Role::Orders), types: notifications::OrderNews::TYPES },
        Subscription { from: Source::Role(Role::Payments), types: notifications::PaymentNews::TYPES },
        Subscription { from: Source::Role(Role::Inventory), types: notifications::StockNews::TYPES },
    ],
    publishes_mqtt: false,
    scaled_by: (Load::QueueAge, 10.0),
    may_sleep: true,
};

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn ports_and_names_are_unique() {
        let ports: BTreeSet<u16> =
            Role::ALL.iter().flat_map(|role| [role.spec().port, role.spec().admin_port]).collect();
        let names: BTreeSet<&str> = Role::ALL.iter().map(|role| role.name()).collect();
        assert_eq!((ports.len(), names.len()), (2 * Role::ALL.len(), Role::ALL.len()));
    }

    #[test]
    fn only_roles_with_a_database_subscribe_because_the_inbox_needs_one() {
        for role in Role::ALL {
            assert!(role.spec().subscriptions.is_empty() || role.spec().owns_database, "{role}");
        }
    }
}
