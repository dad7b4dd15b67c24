//! A number of pods on its way through the rules.

use crate::HeldBack;

#[derive(Clone, Copy)]
pub struct Number {
    pub pods: u32,
    /// The last rule that changed it.
    pub held_back: Option<HeldBack>,
}

impl Number {
    pub fn then(self, rule: HeldBack, of: impl FnOnce(u32) -> u32) -> Self {
        let pods = of(self.pods);
        Self { pods, held_back: if pods == self.pods { self.held_back } else { Some(rule) } }
    }

    pub fn then_where(self, rule: Option<HeldBack>, of: impl FnOnce(u32) -> u32) -> Self {
        rule.map_or(self, |rule| self.then(rule, of))
    }
}
