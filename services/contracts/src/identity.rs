//! Who is who inside a stack: the names in certificates, and which of them may call whom.

use std::fmt;
use std::str::FromStr;

use crate::Role;

/// A part of one stack, as the URI in its certificate names it: `spiffe://<namespace>/<stack>/<part>`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identity {
    pub namespace: String,
    pub stack: String,
    pub part: Part,
}

/// Whoever has a certificate of the stack's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// A service, and the Jobs that prepare its database.
    Role(Role),
    Postgres,
    Rabbitmq,
    Prometheus,
    /// The operator, while it looks after this stack.
    Operator,
}

impl Part {
    pub fn all() -> impl Iterator<Item = Self> {
        let others = [Self::Postgres, Self::Rabbitmq, Self::Prometheus, Self::Operator];
        Role::ALL.into_iter().map(Self::Role).chain(others)
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Role(role) => role.name(),
            Self::Postgres => "postgres",
            Self::Rabbitmq => "rabbitmq",
            Self::Prometheus => "prometheus",
            Self::Operator => "operator",
        }
    }

    pub fn find(name: &str) -> Option<Self> {
        Self::all().find(|part| part.name() == name)
    }

    /// Whether it may send requests to `role`: exactly the edges of the call graph.
    pub fn may_call(self, role: Role) -> bool {
        matches!(self, Self::Role(caller) if caller.spec().calls.contains(&role))
    }

    /// Whether it may read metrics and ask for health in detail.
    pub fn may_administer(self) -> bool {
        matches!(self, Self::Prometheus | Self::Operator)
    }
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "spiffe://{}/{}/{}", self.namespace, self.stack, self.part.name())
    }
}

/// What a bundle of CAs (`ca.crt`) is called in metrics and status: the first 16 hex digits of the SHA-256 of its bytes.
pub fn bundle_hash(pem: &[u8]) -> String {
    use aws_lc_rs::digest::{SHA256, digest};
    digest(&SHA256, pem).as_ref().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no identity of a stack's: it has the form spiffe://<namespace>/<stack>/<part>")]
pub struct NoIdentity;

impl FromStr for Identity {
    type Err = NoIdentity;

    fn from_str(text: &str) -> Result<Self, NoIdentity> {
        let mut segments = text.strip_prefix("spiffe://").ok_or(NoIdentity)?.split('/');
        let mut next = || segments.next().filter(|segment| !segment.is_empty()).ok_or(NoIdentity);
        let (namespace, stack, part) = (next()?.to_owned(), next()?.to_owned(), next()?);
        let part = Part::find(part).ok_or(NoIdentity)?;
        if segments.next().is_some() {
            return Err(NoIdentity);
        }
        Ok(Self { namespace, stack, part })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identity_is_read_as_it_is_written() {
        for part in Part::all() {
            let identity = Identity { namespace: "shops".to_owned(), stack: "shop".to_owned(), part };
            assert_eq!(identity.to_string().parse(), Ok(identity));
        }
    }

    #[test]
    fn what_is_no_identity_is_refused() {
        for wrong in
            ["", "spiffe://a/b", "spiffe://a/b/nobody", "spiffe://a/b/orders/x", "https://a/b/orders"]
        {
            assert_eq!(wrong.parse::<Identity>(), Err(NoIdentity), "{wrong}");
        }
    }

    #[test]
    fn a_bundle_is_called_by_its_content() {
        assert_eq!(bundle_hash(b"abc"), "ba7816bf8f01cfea");
    }

    #[test]
    fn only_edges_of_the_call_graph_are_allowed() {
        assert!(Part::Role(Role::Gateway).may_call(Role::Orders));
        assert!(!Part::Role(Role::Storefront).may_call(Role::Orders));
        assert!(!Part::Prometheus.may_call(Role::Orders) && Part::Prometheus.may_administer());
    }
}
