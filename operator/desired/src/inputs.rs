//! What a build needs besides the stack.

use std::collections::BTreeMap;

use contracts::Role;

use crate::messaging::BrokerInputs;
use crate::{Bounds, DatabaseInputs, Offers};

/// 32 random bytes, made once per stack; every other credential is derived from them.
#[derive(Clone)]
pub struct RootSecret([u8; 32]);

/// Images of whatever the stack names no image for.
#[derive(Clone, Debug)]
pub struct DefaultImages {
    pub shop: String,
    pub postgres: String,
    pub rabbitmq: String,
    pub prometheus: String,
}

/// As [`contracts_of_roles`] says, but in tests.
pub type Contracts = BTreeMap<Role, &'static str>;

pub fn contracts_of_roles() -> Contracts {
    Role::ALL.into_iter().filter_map(|role| Some((role, role.spec().contract?))).collect()
}

/// The operator's own version is left out on purpose: a new operator must not restart an unchanged stack.
#[derive(Clone, Debug)]
pub struct Inputs {
    pub root: RootSecret,
    pub images: DefaultImages,
    /// Which release of a service removes something from its database some time after its pods.
    pub contracts: Contracts,
    /// Which kinds the cluster knows besides the usual ones.
    pub offers: Offers,
    /// What the HPA or ScaledObject of a service may do at present; one that is missing may do what the spec says.
    pub bounds: BTreeMap<Role, Bounds>,
    /// Services whose number of pods somebody holds, and which: KEDA must leave them there.
    pub paused: BTreeMap<Role, u32>,
    /// What the Secret of an external Prometheus holds; None: there is none, or it is not known.
    pub credentials: Option<Credentials>,
    pub broker: BrokerInputs,
    pub database: DatabaseInputs,
    /// Where the operator's own pods are, which must reach the stack's.
    pub operator_namespace: String,
}

/// How an external Prometheus is told who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Credentials {
    /// `token`
    Bearer,
    /// `username` and `password`
    Basic,
}

impl RootSecret {
    /// The key of the bytes in the Secret's data.
    pub const KEY: &str = "root";

    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// None: not 32 bytes.
    pub fn from_data(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    pub(crate) fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl std::fmt::Debug for RootSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RootSecret(..)")
    }
}
