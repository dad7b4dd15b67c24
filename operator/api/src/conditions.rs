//! The names of conditions and of their reasons: a bounded set, for scripts and alerts match on them.

use std::fmt;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ConditionType {
    /// The sum of all: what `kubectl wait` is for.
    Ready,
    /// Whether the operator is changing something at present.
    Progressing,
    /// Whether something needs a person.
    Degraded,
    DatabaseReady,
    MessagingReady,
    MigrationsApplied,
    /// Whether the operator is free to scale every service that it is to scale.
    AutoscalingActive,
    /// Whether every metric that a service is scaled by has a value.
    MetricsAvailable,
}

impl ConditionType {
    pub const ALL: [Self; 8] = [
        Self::Ready,
        Self::Progressing,
        Self::Degraded,
        Self::DatabaseReady,
        Self::MessagingReady,
        Self::MigrationsApplied,
        Self::AutoscalingActive,
        Self::MetricsAvailable,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Ready => "Ready",
            Self::Progressing => "Progressing",
            Self::Degraded => "Degraded",
            Self::DatabaseReady => "DatabaseReady",
            Self::MessagingReady => "MessagingReady",
            Self::MigrationsApplied => "MigrationsApplied",
            Self::AutoscalingActive => "AutoscalingActive",
            Self::MetricsAvailable => "MetricsAvailable",
        }
    }

    /// The reasons that this condition may carry.
    pub fn reasons(self) -> &'static [Reason] {
        use Reason::*;
        match self {
            Self::Ready => {
                &[AllComponentsReady, ComponentsNotReady, InvalidSpec, MissingReference, ApplyFailed]
            }
            Self::Progressing => {
                &[Stable, Configuring, StartingInfrastructure, Migrating, RollingOut, Paused, Blocked]
            }
            Self::Degraded => {
                &[AsExpected, InvalidSpec, MissingReference, ApplyFailed, MigrationFailed, RolloutFailed]
            }
            Self::DatabaseReady | Self::MessagingReady => &[Available, Starting, NotFound],
            Self::MigrationsApplied => &[Applied, Running, MigrationFailed, Waiting],
            Self::AutoscalingActive => {
                &[ScalingByMetrics, NothingToScale, ManualHold, Paused, YieldedToExternal, KedaNotInstalled]
            }
            Self::MetricsAvailable => &[
                AllMetricsPresent,
                NoMetricsNeeded,
                NotAskedYet,
                PrometheusDisabled,
                PrometheusUnreachable,
                QueryRefused,
                NoData,
            ],
        }
    }
}

impl fmt::Display for ConditionType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// Everything runs as the spec says.
    AllComponentsReady,
    /// Something is not up yet, or no longer.
    ComponentsNotReady,
    /// The spec contradicts itself; nothing is changed until it is corrected.
    InvalidSpec,
    /// The spec names a Secret that does not exist.
    MissingReference,
    /// The API server refused one of the stack's objects.
    ApplyFailed,
    /// A migration Job gave up.
    MigrationFailed,
    /// A Deployment did not get its new pods ready in time; the old ones serve on.
    RolloutFailed,
    /// Nothing is wrong.
    AsExpected,
    /// Nothing is being changed.
    Stable,
    Configuring,
    StartingInfrastructure,
    Migrating,
    RollingOut,
    /// `operation.paused` is true.
    Paused,
    /// What Degraded says keeps the operator from going on.
    Blocked,
    Available,
    Starting,
    NotFound,
    Applied,
    Running,
    /// The database is not up yet.
    Waiting,
    /// Native, HPA and KEDA: the number of pods follows the metrics.
    ScalingByMetrics,
    /// Every service is Fixed or External.
    NothingToScale,
    /// Somebody scaled by hand, and that holds for now.
    ManualHold,
    /// An HPA or ScaledObject that is not ours scales a Deployment of the stack.
    YieldedToExternal,
    /// Mode KEDA, and the cluster does not know a ScaledObject.
    KedaNotInstalled,
    AllMetricsPresent,
    NoMetricsNeeded,
    /// The operator has just started.
    NotAskedYet,
    /// `observability.prometheus.mode` is Disabled, and a service needs metrics.
    PrometheusDisabled,
    /// No answer, a slow one, or one that is not Prometheus'.
    PrometheusUnreachable,
    /// Prometheus would not answer: the credentials, the rate, or the query.
    QueryRefused,
    /// It answered with nothing that could be a value.
    NoData,
}

impl Reason {
    pub fn name(self) -> &'static str {
        match self {
            Self::AllComponentsReady => "AllComponentsReady",
            Self::ComponentsNotReady => "ComponentsNotReady",
            Self::InvalidSpec => "InvalidSpec",
            Self::MissingReference => "MissingReference",
            Self::ApplyFailed => "ApplyFailed",
            Self::MigrationFailed => "MigrationFailed",
            Self::RolloutFailed => "RolloutFailed",
            Self::AsExpected => "AsExpected",
            Self::Stable => "Stable",
            Self::Configuring => "Configuring",
            Self::StartingInfrastructure => "StartingInfrastructure",
            Self::Migrating => "Migrating",
            Self::RollingOut => "RollingOut",
            Self::Paused => "Paused",
            Self::Blocked => "Blocked",
            Self::Available => "Available",
            Self::Starting => "Starting",
            Self::NotFound => "NotFound",
            Self::Applied => "Applied",
            Self::Running => "Running",
            Self::Waiting => "Waiting",
            Self::ScalingByMetrics => "ScalingByMetrics",
            Self::NothingToScale => "NothingToScale",
            Self::ManualHold => "ManualHold",
            Self::YieldedToExternal => "YieldedToExternal",
            Self::KedaNotInstalled => "KedaNotInstalled",
            Self::AllMetricsPresent => "AllMetricsPresent",
            Self::NoMetricsNeeded => "NoMetricsNeeded",
            Self::NotAskedYet => "NotAskedYet",
            Self::PrometheusDisabled => "PrometheusDisabled",
            Self::PrometheusUnreachable => "PrometheusUnreachable",
            Self::QueryRefused => "QueryRefused",
            Self::NoData => "NoData",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
