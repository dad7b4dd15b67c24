//! What a profile means: the numbers that are in force where the stack names none.

use operator_api::Profile;

/// Pods of a service at least.
pub fn least_pods(profile: Profile) -> u32 {
    match profile {
        Profile::Development => 1,
        Profile::Production => 2,
    }
}

/// Pods of a service at most.
pub fn most_pods(profile: Profile) -> u32 {
    match profile {
        Profile::Development => 3,
        Profile::Production => 10,
    }
}

/// Nodes of an embedded RabbitMQ.
pub fn broker_nodes(profile: Profile) -> u32 {
    match profile {
        Profile::Development => 1,
        Profile::Production => 3,
    }
}

/// Connections that an embedded Postgres has for each service: of each pod a pool of eight and a listener, and those of a
/// migration. By the profile and not by `scaling`: the setting needs a restart, and scaling must not cause one.
pub fn connections_per_service(profile: Profile) -> u32 {
    most_pods(profile) * 9 + 3
}
