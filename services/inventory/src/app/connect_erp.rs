//! A seller's own system is connected, its secret changed, the way to it tried, a delivery said again.

use contracts::api::erp::DeliveryView;
use kernel::{Clock, DeliveryId, ErpConnectionId, UserId};
use platform::outbound::{Outbound, RefusedUrl};
use platform::webhook::WebhookSecret;
use platform::{Database, StoreError};

use crate::store::deliveries;
use crate::store::erp::{self, ErpConnection};

const LONGEST_NAME: usize = 80;

#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    #[error("must be 1 to {LONGEST_NAME} characters")]
    Name,
    #[error(transparent)]
    Url(#[from] RefusedUrl),
    #[error("the seller has a connection of this name")]
    NameTaken,
    /// Unknown, or another seller's.
    #[error("there is no such connection of this seller")]
    NotFound,
    #[error("the connection has no address to be told at")]
    NoUrl,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<diesel::result::Error> for ConnectError {
    fn from(error: diesel::result::Error) -> Self {
        Self::Store(error.into())
    }
}

#[derive(Clone)]
pub struct Erp {
    pub database: Database,
    pub clock: Clock,
    pub outbound: Outbound,
}

impl Erp {
    pub async fn connect(
        &self,
        seller: UserId,
        name: &str,
        url: Option<&str>,
    ) -> Result<(ErpConnection, WebhookSecret), ConnectError> {
        let name = name.trim();
        if name.is_empty() || name.chars().count() > LONGEST_NAME {
            return Err(ConnectError::Name);
        }
        let url = url.map(|url| self.outbound.check(url)).transpose()?;
        let (id, secret) = (ErpConnectionId::new(), WebhookSecret::generate());
        let mut conn = self.database.connect().await?;
        let (url, now) = (url.as_ref().map(url::Url::as_str), self.clock.now());
        if !erp::erp_connection_insert(id, seller, name, url, &secret, now, &mut conn).await? {
            return Err(ConnectError::NameTaken);
        }
        let made = erp::find_erp_connection(id, &mut conn).await?.ok_or(ConnectError::NotFound)?;
        Ok((made, secret))
    }

    pub async fn list(&self, seller: UserId) -> Result<Vec<ErpConnection>, StoreError> {
        let mut conn = self.database.connect().await?;
        Ok(erp::erp_connections_list(seller, &mut conn).await?)
    }

    pub async fn disconnect(&self, id: ErpConnectionId, seller: UserId) -> Result<(), ConnectError> {
        let mut conn = self.database.connect().await?;
        let gone = erp::erp_connection_delete(id, seller, &mut conn).await?;
        gone.then_some(()).ok_or(ConnectError::NotFound)
    }

    /// The secret before it stays good for a day.
    pub async fn change_secret(
        &self,
        id: ErpConnectionId,
        seller: UserId,
    ) -> Result<(ErpConnection, WebhookSecret), ConnectError> {
        let secret = WebhookSecret::generate();
        let mut conn = self.database.connect().await?;
        let changed = erp::erp_secret_replace(id, seller, &secret, self.clock.now(), &mut conn).await?;
        Ok((changed.ok_or(ConnectError::NotFound)?, secret))
    }

    pub async fn ping(&self, id: ErpConnectionId, seller: UserId) -> Result<DeliveryView, ConnectError> {
        let mut conn = self.database.connect().await?;
        let found = erp::find_erp_connection(id, &mut conn).await?;
        let mine = found.filter(|found| found.seller() == seller).ok_or(ConnectError::NotFound)?;
        if mine.url.is_none() {
            return Err(ConnectError::NoUrl);
        }
        Ok(deliveries::delivery_insert_ping(id, self.clock.now(), &mut conn).await?)
    }

    /// The log of what it was told, newest first.
    pub async fn deliveries(
        &self,
        id: ErpConnectionId,
        seller: UserId,
        after: Option<DeliveryId>,
        limit: i64,
    ) -> Result<Vec<DeliveryView>, StoreError> {
        let mut conn = self.database.connect().await?;
        Ok(deliveries::deliveries_list(id, seller, after, limit, &mut conn).await?)
    }

    pub async fn replay(
        &self,
        id: ErpConnectionId,
        delivery: DeliveryId,
        seller: UserId,
    ) -> Result<DeliveryView, ConnectError> {
        let mut conn = self.database.connect().await?;
        let again = deliveries::delivery_replay(delivery, id, seller, self.clock.now(), &mut conn).await?;
        again.ok_or(ConnectError::NotFound)
    }
}
