//! Adapters of the provider port, and the choice of one.

mod cards;
mod http;
mod paypal;
mod settings;
mod simulator;
mod stripe;
mod webhook;

use std::sync::Arc;
use std::time::Duration;

use platform::{ConfigError, Context};

pub use self::cards::{CardError, Cards, SavedCard};
pub use self::simulator::Simulator;
pub use self::webhook::{Received, Rejected, Unreadable, Webhooks};
use crate::domain::Provider;

/// The shop's provider, by what it is used for.
#[derive(Clone)]
pub struct Chosen {
    pub provider: Arc<dyn Provider>,
    pub cards: Arc<dyn Cards>,
    pub news: Source,
}

/// How we hear what the provider tells unasked.
#[derive(Clone)]
pub enum Source {
    /// It brings them itself, without HTTP.
    Simulator(Simulator),
    Webhooks(Arc<dyn Webhooks>),
}

impl Chosen {
    /// `PAYMENT_PROVIDER`: `simulator` without it, `stripe` or `paypal`; each has settings of its own.
    pub fn from_context(context: &Context, answer_within: Duration) -> Result<Self, ConfigError> {
        const NAME: &str = "PAYMENT_PROVIDER";
        let (settings, clock) = (&context.settings, context.clock.clone());
        match settings.find(NAME).unwrap_or("simulator") {
            "simulator" => {
                let late_by = Duration::from_millis(settings.parsed_or("SIMULATOR_LATE_MS", 3_000)?);
                let simulator = Simulator { database: context.database(), clock, late_by };
                let adapter = Arc::new(simulator.clone());
                Ok(Self { provider: adapter.clone(), cards: adapter, news: Source::Simulator(simulator) })
            }
            stripe::NAME => {
                Ok(Self::speaking(stripe::Stripe::from_settings(settings, clock, answer_within)?))
            }
            paypal::NAME => {
                Ok(Self::speaking(paypal::PayPal::from_settings(settings, clock, answer_within)?))
            }
            other => {
                let reason = format!("{other} is no provider: choose simulator, stripe or paypal");
                Err(settings::wrong(NAME, &reason))
            }
        }
    }

    fn speaking(adapter: impl Provider + Cards + Webhooks) -> Self {
        let adapter = Arc::new(adapter);
        Self { provider: adapter.clone(), cards: adapter.clone(), news: Source::Webhooks(adapter) }
    }

    pub fn webhooks(&self) -> Option<&dyn Webhooks> {
        match &self.news {
            Source::Simulator(_) => None,
            Source::Webhooks(webhooks) => Some(webhooks.as_ref()),
        }
    }
}
