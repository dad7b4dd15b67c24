//! The use cases.

mod change_preferences;
mod deliver;
mod subscribe;
mod take_news;
mod upkeep;

use contracts::api::notifications::Channel;
use kernel::Clock;
use platform::Database;
use platform::outbound::Outbound;

pub use change_preferences::{ChangePreferencesError, change_preferences};
pub use deliver::{Dispatcher, claim_deliveries};
pub use subscribe::{SubscribeError, subscribe};
pub use take_news::{release_waiting, take_news, take_person};
pub use upkeep::Upkeep;

/// What the routes need.
#[derive(Clone)]
pub struct App {
    pub database: Database,
    pub clock: Clock,
    pub outbound: Outbound,
    /// What browsers subscribe with; none: this shop does not push.
    pub push_key: Option<String>,
}

/// On which channels this shop can tell anybody anything.
#[derive(Clone, Debug)]
pub struct ShopChannels(pub Vec<Channel>);
