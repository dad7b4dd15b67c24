//! An order and how far its saga is, as it is stored.

use chrono::TimeDelta;
use kernel::Timestamp;

use super::order::Order;
use super::saga::{Command, Event, IllegalTransition, Moment, Saga};

/// The first wait before a command is sent again, and the longest one.
const FIRST_PAUSE_SECONDS: u32 = 10;
const LONGEST_PAUSE_SECONDS: u32 = 300;

#[derive(Clone, Debug, PartialEq)]
pub struct Checkout {
    pub order: Order,
    pub saga: Saga,
    /// Grows with each change of the saga; what the order's messages carry.
    pub version: i64,
    /// How often the command of this state has been sent again.
    pub attempts: u32,
    /// When the saga has to be looked at, whatever arrives until then; `None` at its end.
    pub deadline: Option<Timestamp>,
}

/// A checkout after an event, and what is to be said about it.
#[derive(Clone, Debug, PartialEq)]
pub struct Advance {
    pub checkout: Checkout,
    pub commands: Vec<Command>,
}

impl Checkout {
    pub fn begin(order: Order, moment: Moment) -> Advance {
        let (saga, commands) = Saga::begin();
        let deadline = deadline(&saga, 0, moment);
        Advance { checkout: Self { order, saga, version: 1, attempts: 0, deadline }, commands }
    }

    /// `None`: the event has no effect.
    pub fn advance(&self, event: &Event, moment: Moment) -> Result<Option<Advance>, IllegalTransition> {
        let transition = self.saga.step(event, moment)?;
        let moved = transition.saga.state != self.saga.state;
        if !moved && transition.commands.is_empty() {
            return Ok(None);
        }
        let attempts = if moved { 0 } else { self.attempts.saturating_add(1) };
        let deadline = deadline(&transition.saga, attempts, moment);
        let (order, version) = (self.order.clone(), self.version + 1);
        let checkout = Self { order, saga: transition.saga, version, attempts, deadline };
        Ok(Some(Advance { checkout, commands: transition.commands }))
    }
}

fn deadline(saga: &Saga, attempts: u32, moment: Moment) -> Option<Timestamp> {
    let pause = pause(attempts, moment.spread);
    (!saga.state.is_final()).then(|| saga.state.until().unwrap_or(moment.now + pause))
}

/// Doubles from try to try up to the longest; `spread` (0 to 1) takes up to a quarter off, so that sagas which
/// stopped together don't come back together.
fn pause(attempts: u32, spread: f64) -> TimeDelta {
    let seconds = FIRST_PAUSE_SECONDS.saturating_mul(1 << attempts.min(10)).min(LONGEST_PAUSE_SECONDS);
    let off = f64::from(seconds) * 250.0 * spread.clamp(0.0, 1.0);
    #[expect(clippy::cast_possible_truncation, reason = "at most 75,000")]
    let off = off as i64;
    TimeDelta::milliseconds(i64::from(seconds) * 1000 - off)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn pauses_grow_and_stay_bounded(attempts in 0_u32..100, spread in 0.0..1.0, other in 0.0..1.0) {
            let (shorter, longer) = (pause(attempts, spread), pause(attempts + 1, other));
            prop_assert!(shorter >= TimeDelta::milliseconds(7_500));
            prop_assert!(longer <= TimeDelta::seconds(300));
            prop_assert!(shorter < longer || shorter >= TimeDelta::seconds(225));
        }
    }
}
