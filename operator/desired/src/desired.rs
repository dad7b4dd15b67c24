//! All objects of a stack, in the waves they are applied in.

use crate::{Inputs, Manifest, ValidatedStack};

/// What a wave is for; the next one waits until it has what it needs from this one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// Secrets, configuration, accounts.
    Config,
    /// Postgres and RabbitMQ with their volumes.
    Infrastructure,
    /// One Job per database; each must have completed.
    Migrations,
    /// Deployments, Services, the Ingress.
    Services,
}

#[derive(Clone, Debug)]
pub struct Wave {
    pub step: Step,
    pub manifests: Vec<Manifest>,
}

#[derive(Clone, Debug)]
pub struct Desired {
    pub waves: [Wave; 4],
}

impl Desired {
    pub fn manifests(&self) -> impl Iterator<Item = &Manifest> {
        self.waves.iter().flat_map(|wave| &wave.manifests)
    }
}

pub fn build(_stack: &ValidatedStack, _inputs: &Inputs) -> Desired {
    let wave = |step| Wave { step, manifests: Vec::new() };
    Desired {
        waves: [wave(Step::Config), wave(Step::Infrastructure), wave(Step::Migrations), wave(Step::Services)],
    }
}
