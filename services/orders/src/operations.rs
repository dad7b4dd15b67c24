//! What those who look after the shop do from inside the cluster: `shop sagas`. HTTP has the same use cases.

use contracts::api::sagas::{SagaDetail, SagaView};
use diesel_async::AsyncConnection;
use kernel::{Clock, OrderId};
use platform::{ConfigError, Database, Settings, StoreError};

use crate::app::App;
pub use crate::app::operate::OperateError;
use crate::domain::action::Actor;
pub use crate::domain::action::{WrongText, parse_text};

pub use crate::store::sagas::{Filter, UnknownState};

/// The command line's hand on the sagas, with the settings of the role.
pub struct Operations(App);

impl Operations {
    pub fn from_settings(settings: &Settings) -> Result<Self, ConfigError> {
        crate::app(settings, Database::from_settings(settings)?, Clock::default()).map(Self)
    }

    pub async fn list(&self, filter: &Filter, limit: i64) -> Result<Vec<SagaView>, StoreError> {
        self.0.list_sagas(filter, limit).await
    }

    pub async fn show(&self, order: OrderId) -> Result<SagaDetail, OperateError> {
        self.0.find_sagas(order).await?.ok_or(OperateError::NoOrder)
    }

    pub async fn retry(&self, order: OrderId) -> Result<SagaDetail, OperateError> {
        let mut conn = self.0.database.connect().await?;
        conn.transaction(async |conn| self.0.retry_sagas(conn, order, Actor::Cli).await).await
    }

    pub async fn abandon(&self, order: OrderId, reason: &str) -> Result<SagaDetail, OperateError> {
        let mut conn = self.0.database.connect().await?;
        conn.transaction(async |conn| self.0.abandon_saga(conn, order, Actor::Cli, reason).await).await
    }
}
