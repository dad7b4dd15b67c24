//! How things are with a broker, as far as status and the waves care.

/// Who runs it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    #[default]
    Embedded,
    /// RabbitMQ's operator, if the cluster knows its kind.
    Cluster {
        installed: bool,
    },
    External,
}

/// Its users, permissions, queues and bindings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Standing {
    /// It is not up, or the operator has no certificate yet.
    #[default]
    NotAsked,
    InPlace,
    /// Says what is in the way, and what to do.
    Pending(String),
    /// Says why.
    Unreachable(String),
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    pub mode: Mode,
    pub standing: Standing,
    /// Which node the queues can't spare, and what waits for that.
    pub held: Option<String>,
}

impl Report {
    /// Of a broker of somebody else's that nobody knows where it is.
    pub fn unknown(standing: Standing) -> Self {
        Self { mode: Mode::External, standing, held: None }
    }

    /// Whether what is made with the broker's help may be changed. An embedded broker takes its definitions at its start.
    pub fn serves(&self) -> bool {
        match self.mode {
            Mode::Embedded => true,
            Mode::Cluster { .. } | Mode::External => self.standing == Standing::InPlace,
        }
    }

    /// Whether it is worth another look soon.
    pub fn moving(&self) -> bool {
        self.held.is_some()
            || matches!(self.standing, Standing::Pending(_) | Standing::Unreachable(_))
            || !self.serves()
    }
}
