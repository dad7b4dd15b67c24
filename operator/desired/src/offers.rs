//! Which of the optional kinds a cluster knows.

use crate::{Kind, Manifest};

/// A set of optional kinds of [`Manifest::KINDS`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Offers(u64);

impl Offers {
    /// Of a cluster where everything is installed.
    pub fn all() -> Self {
        Self::of(Manifest::KINDS.iter().filter(|kind| kind.optional))
    }

    pub fn of<'a>(kinds: impl IntoIterator<Item = &'a Kind>) -> Self {
        Self(kinds.into_iter().fold(0, |set, kind| set | bit(kind)))
    }

    /// Every kind that is not optional is known everywhere.
    pub fn knows(self, kind: &Kind) -> bool {
        !kind.optional || self.0 & bit(kind) != 0
    }

    /// By its name, as [`Kind::named`].
    pub fn has(self, name: &str) -> bool {
        self.knows(Kind::named(name))
    }
}

fn bit(kind: &Kind) -> u64 {
    let index = Manifest::KINDS.iter().position(|one| one == kind);
    1 << index.expect("every kind is one of the table")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_known_where_it_is_usual_or_installed() {
        let some = Offers::of([Kind::named("ScaledObject")]);
        assert!(some.has("ScaledObject") && some.has("Deployment"));
        assert!(!some.has("PodMonitor") && Offers::all().has("PodMonitor"));
        assert!(Manifest::KINDS.len() <= 64, "the set has no room for more");
    }
}
