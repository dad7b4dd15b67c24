//! The `EcommerceStack` API: types, the schema and rules that the API server enforces, and conditions.
//!
//! No client and no decisions: what a stack means is `operator-desired`, what is done about it is the controller.

mod conditions;
mod database;
mod defaults;
mod exposure;
mod messaging;
mod resources;
mod services;
mod stack;
mod status;
mod storage;
mod text;

pub use conditions::{ConditionType, Reason};
pub use database::{Database, DatabaseMode, EmbeddedDatabase, PostgresVersion};
pub use defaults::{Defaults, ImageDefaults, PullPolicy, SecretName};
pub use exposure::{Exposure, ExposureType, IngressSettings, Tls};
pub use messaging::{EmbeddedMessaging, Messaging, MessagingMode, RabbitmqVersion};
pub use resources::{Amounts, Resources};
pub use services::{
    OrdersConfig, OrdersService, PaymentProvider, PaymentsConfig, PaymentsService, Scaling, Service, Services,
};
pub use stack::{DeletionPolicy, EcommerceStack, EcommerceStackSpec, MAX_NAME_LENGTH, Operation};
pub use status::{EcommerceStackStatus, Endpoints, ServiceStatus};
pub use storage::Storage;
pub use text::{Cpu, Host, Image, Memory, ObjectName};

/// What the operator writes its fields, labels and annotations as.
pub const MANAGER: &str = "ecommerce-operator";

#[cfg(test)]
mod tests;
