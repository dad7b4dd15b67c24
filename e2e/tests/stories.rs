//! What must be true of the product, told on a real cluster through the ingress. `make up` first; `make test` does both.

#[path = "stories/backups.rs"]
mod backups;
#[path = "stories/bad_input.rs"]
mod bad_input;
#[path = "stories/brokers.rs"]
mod brokers;
#[path = "stories/buying.rs"]
mod buying;
#[path = "stories/certificates.rs"]
mod certificates;
#[path = "stories/chaos.rs"]
mod chaos;
#[path = "stories/disruptions.rs"]
mod disruptions;
#[path = "stories/drift.rs"]
mod drift;
#[path = "stories/external.rs"]
mod external;
#[path = "stories/foreign_kinds.rs"]
mod foreign_kinds;
#[path = "stories/killed_pods.rs"]
mod killed_pods;
#[path = "stories/neighbours.rs"]
mod neighbours;
#[path = "stories/network.rs"]
mod network;
#[path = "stories/operation.rs"]
mod operation;
#[path = "stories/operator.rs"]
mod operator;
#[path = "stories/operators.rs"]
mod operators;
#[path = "stories/plan.rs"]
mod plan;
#[path = "stories/recreated.rs"]
mod recreated;
#[path = "stories/returning.rs"]
mod returning;
#[path = "stories/scaling.rs"]
mod scaling;
#[path = "stories/upgrade.rs"]
mod upgrade;
#[path = "stories/volumes.rs"]
mod volumes;
#[path = "stories/wrong_stacks.rs"]
mod wrong_stacks;
