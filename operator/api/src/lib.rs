//! The `EcommerceStack` API: types, the schema and rules that the API server enforces, and conditions.
//!
//! No client and no decisions: what a stack means is `operator-desired`, what is done about it is the controller.

mod backup;
mod conditions;
mod database;
mod defaults;
mod exposure;
mod messaging;
mod observability;
mod operation;
mod overrides;
mod resources;
mod scaling;
mod security;
mod services;
mod stack;
mod status;
mod storage;
mod text;

pub use backup::{Backup, RestoreFrom, S3};
pub use conditions::{ConditionType, Reason};
pub use database::{
    BackupMethod, CloudNativePg, ClusterBackup, Database, DatabaseMode, EmbeddedDatabase, ExternalDatabase,
    PostgresVersion,
};
pub use defaults::{Defaults, ImageDefaults, PullPolicy, SecretName};
pub use exposure::{Exposure, ExposureType, GatewaySettings, IngressSettings, ParentRef, Tls};
pub use messaging::{
    EmbeddedMessaging, ExternalMessaging, Messaging, MessagingMode, RabbitmqCluster, RabbitmqVersion,
};
pub use observability::{
    EmbeddedPrometheus, ExternalPrometheus, Observability, PodMonitorMode, Prometheus, PrometheusMode,
};
pub use operation::{Day, MaintenanceWindow, Operation, UpdateStrategy};
pub use overrides::Overrides;
pub use resources::{Amounts, Resources};
pub use scaling::{
    Behavior, Hold, Manual, MissingPolicy, OnMissingMetrics, PolicyUnit, Preset, Scaling, ScalingDefaults,
    ScalingMetric, ScalingMode, ScalingPolicy, ScalingRules, SelectPolicy, TargetType,
};
pub use security::{CertificateIssuer, IssuerKind, IssuerRef, Mtls, NetworkPolicySettings, Peer, Security};
pub use services::{
    OrdersConfig, OrdersService, PaymentProvider, PaymentsConfig, PaymentsService, Service, Services,
};
pub use stack::{DeletionPolicy, EcommerceStack, EcommerceStackSpec, MAX_NAME_LENGTH, Profile};
pub use status::{
    AutoscalingStatus, CertificateStatus, CertificatesStatus, DatabaseStatus, EcommerceStackStatus,
    Endpoints, RolloutStatus, ServiceStatus, VersionStatus,
};
pub use storage::Storage;
pub use text::{
    Amount, Bucket, Clock, CollectorUrl, Cpu, Cron, FileName, Host, Image, Memory, ObjectName, PromQl,
    ShortName, TimeZone, Url, Version,
};

/// What the operator writes its fields, labels and annotations as.
pub const MANAGER: &str = "ecommerce-operator";

#[cfg(test)]
mod tests;
