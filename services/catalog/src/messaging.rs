//! Keeps availability as inventory tells it. Levels may come late, twice, and before their product.

use contracts::inbound::catalog::StockLevels;
use contracts::{DecodeError, Envelope};
use futures::FutureExt;
use futures::future::BoxFuture;
use platform::Connection;
use platform::consumer::{HandleError, Handler};
use serde_json::Value;

use crate::store::availability;

pub struct AvailabilityReader;

impl Handler for AvailabilityReader {
    fn handle<'a>(
        &'a self,
        conn: &'a mut Connection,
        envelope: &'a Envelope<Value>,
    ) -> BoxFuture<'a, Result<(), HandleError>> {
        async move {
            let Some(StockLevels::StockLevelChanged(level)) = StockLevels::decode(envelope)? else {
                return Err(DecodeError::UnknownType(envelope.kind.clone()).into());
            };
            if level.available < 0 {
                return Err(HandleError::Impossible(format!(
                    "{} of {} available",
                    level.available, level.sku
                )));
            }
            let version = envelope.aggregateversion;
            Ok(availability::availability_put(&level.sku, level.available, version, conn).await?)
        }
        .boxed()
    }
}
