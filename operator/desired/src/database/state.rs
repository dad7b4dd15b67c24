//! Where the data of a stack is, and how far it has come on its way to another mode.

use operator_api::DatabaseMode;

/// As the status of the stack remembers it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DatabaseState {
    /// None: no database has been ready yet, and there is no data.
    pub home: Option<DatabaseMode>,
    pub moving: Option<Move>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Move {
    pub to: DatabaseMode,
    pub phase: Phase,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// The new database comes up beside the old one, which serves.
    Preparing,
    /// The services stop.
    Stopping,
    /// Nobody writes, and the data is copied and compared.
    Copying,
    /// The new database is home, and the services start on it.
    Switching,
}

impl Phase {
    pub const ALL: [Self; 4] = [Self::Preparing, Self::Stopping, Self::Copying, Self::Switching];

    pub fn name(self) -> &'static str {
        match self {
            Self::Preparing => "Preparing",
            Self::Stopping => "Stopping",
            Self::Copying => "Copying",
            Self::Switching => "Switching",
        }
    }
}

impl DatabaseState {
    /// The mode that services use at present; of a stack without data, the one that its spec asks for.
    pub fn home(&self, asked: DatabaseMode) -> DatabaseMode {
        self.home.unwrap_or(asked)
    }

    /// Every mode whose database must be up: home first.
    pub fn modes(&self, asked: DatabaseMode) -> Vec<DatabaseMode> {
        let home = self.home(asked);
        let target = self.moving.map(|moving| moving.to).filter(|to| *to != home);
        [home].into_iter().chain(target).collect()
    }

    /// Nobody may write while the data is on its way.
    pub fn services_stopped(&self) -> bool {
        self.moving.is_some_and(|moving| matches!(moving.phase, Phase::Stopping | Phase::Copying))
    }

    /// From where to where the data is being copied.
    pub fn copying(&self) -> Option<(DatabaseMode, DatabaseMode)> {
        let moving = self.moving.filter(|moving| moving.phase == Phase::Copying)?;
        Some((self.home?, moving.to))
    }
}
