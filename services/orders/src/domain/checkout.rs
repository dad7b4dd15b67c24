//! An order and how far its saga is, as it is stored.

use contracts::api::orders::OrderStatus;
use kernel::Timestamp;

use super::fulfilment::Fulfilment;
use super::order::Order;
use super::pause::pause;
use super::saga::{Command, Event, IllegalTransition, Moment, Saga};

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
    /// Since when it is in this state.
    pub entered_at: Timestamp,
    /// Every piece has come back.
    pub returned: bool,
    /// The customer's bank has taken the money back from us.
    pub charged_back: bool,
    /// How far the goods are.
    pub fulfilment: Fulfilment,
    /// Grows with each change of the goods' way.
    pub fulfilment_version: i64,
}

/// A checkout after an event, and what is to be said about it.
#[derive(Clone, Debug, PartialEq)]
pub struct Advance {
    pub checkout: Checkout,
    pub commands: Vec<Command>,
}

impl Checkout {
    pub fn begin(order: Order, moment: Moment) -> Advance {
        let (saga, commands) = Saga::begin(moment);
        let deadline = saga.wakes_at(moment.now + pause(0, moment.spread));
        let checkout = Self {
            order,
            saga,
            version: 1,
            attempts: 0,
            deadline,
            entered_at: moment.now,
            returned: false,
            charged_back: false,
            fulfilment: Fulfilment::Open,
            fulfilment_version: 0,
        };
        Advance { checkout, commands }
    }

    /// `None`: the event has no effect.
    pub fn advance(&self, event: &Event, moment: Moment) -> Result<Option<Advance>, IllegalTransition> {
        if let Some(event) = event.of_other_amount(self.order.total) {
            return Err(IllegalTransition { state: self.saga.state.name(), event });
        }
        let transition = self.saga.step(event, moment)?;
        if transition.saga == self.saga && transition.commands.is_empty() {
            return Ok(None);
        }
        let (was, is) = (&self.saga.state, &transition.saga.state);
        let attempts = match was == is {
            false => 0,
            true if transition.commands.is_empty() => self.attempts,
            true => self.attempts.saturating_add(1),
        };
        let checkout = Self {
            deadline: transition.saga.wakes_at(moment.now + pause(attempts, moment.spread)),
            entered_at: if was.name() == is.name() { self.entered_at } else { moment.now },
            saga: transition.saga,
            version: self.version + 1,
            attempts,
            ..self.clone()
        };
        Ok(Some(Advance { checkout, commands: transition.commands }))
    }

    /// What shoppers are shown.
    pub fn status(&self) -> OrderStatus {
        match self.saga.state.status() {
            OrderStatus::Confirmed if self.returned => OrderStatus::Returned,
            OrderStatus::Confirmed => self.fulfilment.status(),
            status => status,
        }
    }
}
