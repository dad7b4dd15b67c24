//! The `EcommerceStack` API: types, the schema and rules that the API server enforces, and conditions.
//!
//! No client and no decisions: what a stack means is `operator-desired`, what is done about it is the controller.

mod conditions;
mod database;
mod defaults;
mod exposure;
mod messaging;
mod observability;
mod resources;
mod scaling;
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
pub use observability::{
    EmbeddedPrometheus, ExternalPrometheus, Observability, PodMonitorMode, Prometheus, PrometheusMode,
};
pub use resources::{Amounts, Resources};
pub use scaling::{
    Behavior, Hold, Manual, MissingPolicy, OnMissingMetrics, PolicyUnit, Preset, Scaling, ScalingDefaults,
    ScalingMetric, ScalingMode, ScalingPolicy, ScalingRules, SelectPolicy, TargetType,
};
pub use services::{
    OrdersConfig, OrdersService, PaymentProvider, PaymentsConfig, PaymentsService, Service, Services,
};
pub use stack::{DeletionPolicy, EcommerceStack, EcommerceStackSpec, MAX_NAME_LENGTH, Operation};
pub use status::{AutoscalingStatus, EcommerceStackStatus, Endpoints, ServiceStatus};
pub use storage::Storage;
pub use text::{Amount, Cpu, Host, Image, Memory, ObjectName, PromQl, ShortName, Url};

/// What the operator writes its fields, labels and annotations as.
pub const MANAGER: &str = "ecommerce-operator";

#[cfg(test)]
mod tests;
