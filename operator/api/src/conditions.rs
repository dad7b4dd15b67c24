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
    /// Whether everyone who needs a certificate has one that is valid and trusted.
    CertificatesReady,
    /// Whether shoppers can reach the gateway.
    ExposureReady,
    /// Whether the loss of one pod or node leaves everything at work. No part of Ready: a small shop is ready as well.
    HighlyAvailable,
    /// Whether the last dump was made in time. No part of Ready.
    BackedUp,
    /// Whether the operator is free to scale every service that it is to scale.
    AutoscalingActive,
    /// Whether every metric that a service is scaled by has a value.
    MetricsAvailable,
}

impl ConditionType {
    pub const ALL: [Self; 12] = [
        Self::Ready,
        Self::Progressing,
        Self::Degraded,
        Self::DatabaseReady,
        Self::MessagingReady,
        Self::MigrationsApplied,
        Self::CertificatesReady,
        Self::ExposureReady,
        Self::HighlyAvailable,
        Self::BackedUp,
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
            Self::CertificatesReady => "CertificatesReady",
            Self::ExposureReady => "ExposureReady",
            Self::HighlyAvailable => "HighlyAvailable",
            Self::BackedUp => "BackedUp",
            Self::AutoscalingActive => "AutoscalingActive",
            Self::MetricsAvailable => "MetricsAvailable",
        }
    }

    /// The reasons that this condition may carry.
    pub fn reasons(self) -> &'static [Reason] {
        use Reason::*;
        match self {
            Self::Ready => &[
                AllComponentsReady,
                ComponentsNotReady,
                InvalidSpec,
                MissingReference,
                ApplyFailed,
                NotInstalled,
                Stopped,
                MovingDatabase,
            ],
            Self::Progressing => &[
                Stable,
                Configuring,
                StartingInfrastructure,
                Migrating,
                RollingOut,
                Soaking,
                Contracting,
                WaitingForApproval,
                OutsideWindow,
                MovingDatabase,
                Stopped,
                Paused,
                Blocked,
            ],
            Self::Degraded => &[
                AsExpected,
                InvalidSpec,
                MissingReference,
                ApplyFailed,
                MigrationFailed,
                RolloutFailed,
                RolledBack,
                NotInstalled,
                QuotaExceeded,
                ReconcileFailed,
            ],
            Self::DatabaseReady => {
                &[Available, Starting, NotFound, NotInstalled, Unreachable, Restoring, MovingDatabase]
            }
            Self::MessagingReady => {
                &[Available, Starting, NotFound, NotInstalled, Unreachable, DefinitionsPending, QuorumAtRisk]
            }
            Self::MigrationsApplied => &[Applied, Running, MigrationFailed, Waiting],
            Self::CertificatesReady => &[Issued, Disabled, Issuing, Rotating, NotInstalled, Expired],
            Self::ExposureReady => &[Exposed, Disabled, Waiting, NotInstalled, MissingReference],
            Self::HighlyAvailable => &[Redundant, NotHA],
            Self::BackedUp => &[Succeeded, Disabled, Waiting, BackupFailed, Overdue],
            Self::AutoscalingActive => &[
                ScalingByMetrics,
                NothingToScale,
                ManualHold,
                Paused,
                Stopped,
                YieldedToExternal,
                KedaNotInstalled,
            ],
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
    /// The new pods run, and what only the old ones used is kept for a while.
    Soaking,
    /// What only the old pods used is being removed.
    Contracting,
    /// `operation.updateStrategy` is Supervised.
    WaitingForApproval,
    /// None of `operation.maintenanceWindows` is open.
    OutsideWindow,
    /// `operation.migrateDatabase`: the data is on its way to the new mode.
    MovingDatabase,
    /// `operation.stopped` is true.
    Stopped,
    /// A service's new pods failed, and it runs again as before.
    RolledBack,
    /// The cluster does not know a kind that the spec needs.
    NotInstalled,
    /// The namespace's quota has no room.
    QuotaExceeded,
    /// The API server did not do as asked, again and again; what is said beside this is as it last was.
    ReconcileFailed,
    /// A server of somebody else's does not answer.
    Unreachable,
    /// A dump is being read.
    Restoring,
    /// The broker's users, permissions or queues are not as they should be yet.
    DefinitionsPending,
    /// One more node away, and queues stand still.
    QuorumAtRisk,
    Issued,
    Disabled,
    Issuing,
    /// Old and new certificates are both trusted for now.
    Rotating,
    Expired,
    Exposed,
    Redundant,
    /// The loss of one pod or node stops something.
    NotHA,
    Succeeded,
    BackupFailed,
    Overdue,
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
            Self::Soaking => "Soaking",
            Self::Contracting => "Contracting",
            Self::WaitingForApproval => "WaitingForApproval",
            Self::OutsideWindow => "OutsideWindow",
            Self::MovingDatabase => "MovingDatabase",
            Self::Stopped => "Stopped",
            Self::RolledBack => "RolledBack",
            Self::NotInstalled => "NotInstalled",
            Self::QuotaExceeded => "QuotaExceeded",
            Self::ReconcileFailed => "ReconcileFailed",
            Self::Unreachable => "Unreachable",
            Self::Restoring => "Restoring",
            Self::DefinitionsPending => "DefinitionsPending",
            Self::QuorumAtRisk => "QuorumAtRisk",
            Self::Issued => "Issued",
            Self::Disabled => "Disabled",
            Self::Issuing => "Issuing",
            Self::Rotating => "Rotating",
            Self::Expired => "Expired",
            Self::Exposed => "Exposed",
            Self::Redundant => "Redundant",
            Self::NotHA => "NotHA",
            Self::Succeeded => "Succeeded",
            Self::BackupFailed => "BackupFailed",
            Self::Overdue => "Overdue",
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
