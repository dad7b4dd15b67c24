//! What the role's queue receives: answers to the saga's commands, and news of products.

use contracts::inbound::orders::{PaymentAnswers, Products, StockAnswers};
use contracts::{DecodeError, Envelope};
use futures::FutureExt;
use futures::future::BoxFuture;
use kernel::OrderId;
use platform::Connection;
use platform::consumer::{HandleError, Handler};
use serde_json::Value;

use crate::app::App;
use crate::domain::saga::Event;
use crate::store::products;

pub struct Messages(pub App);

impl Handler for Messages {
    fn handle<'a>(
        &'a self,
        connection: &'a mut Connection,
        envelope: &'a Envelope<Value>,
    ) -> BoxFuture<'a, Result<(), HandleError>> {
        async move {
            match Products::decode(envelope)? {
                Some(Products::ProductPublished(product)) => {
                    let (version, time) = (envelope.aggregateversion, envelope.time);
                    return Ok(products::product_upsert(connection, &product, version, time).await?);
                }
                Some(Products::ProductPriceChanged(_)) => {
                    return Err(DecodeError::UnknownType(envelope.kind.clone()).into());
                }
                None => {}
            }
            let (order, event) = answer(envelope)?;
            self.0.advance(connection, order, &event, envelope).await
        }
        .boxed()
    }
}

/// Whose saga it is for, and what it means to it.
fn answer(envelope: &Envelope<Value>) -> Result<(OrderId, Event), DecodeError> {
    if let Some(answer) = StockAnswers::decode(envelope)? {
        return stock(answer).ok_or_else(|| DecodeError::UnknownType(envelope.kind.clone()));
    }
    if let Some(answer) = PaymentAnswers::decode(envelope)? {
        return payment(answer).ok_or_else(|| DecodeError::UnknownType(envelope.kind.clone()));
    }
    Err(DecodeError::UnknownType(envelope.kind.clone()))
}

fn stock(answer: StockAnswers) -> Option<(OrderId, Event)> {
    Some(match answer {
        StockAnswers::StockReturned(_) => return None,
        StockAnswers::StockReserved(it) => (it.order_id, Event::StockReserved),
        StockAnswers::StockRejected(it) => (it.order_id, Event::StockRejected { shortages: it.shortages }),
        StockAnswers::StockReleased(it) => (it.order_id, Event::StockReleased),
        StockAnswers::StockCommitted(it) => (it.order_id, Event::StockCommitted),
        StockAnswers::StockCommitFailed(it) => (it.order_id, Event::StockCommitFailed),
        StockAnswers::StockRestocked(it) => (it.order_id, Event::StockRestocked),
    })
}

fn payment(answer: PaymentAnswers) -> Option<(OrderId, Event)> {
    Some(match answer {
        PaymentAnswers::PartRefunded(_)
        | PaymentAnswers::PartRefundFailed(_)
        | PaymentAnswers::ChargebackReceived(_) => return None,
        PaymentAnswers::PaymentAuthorized(it) => (it.order_id, Event::PaymentAuthorized),
        PaymentAnswers::PaymentFailed(it) => (it.order_id, Event::PaymentFailed { reason: it.reason }),
        PaymentAnswers::PaymentVoided(it) => (it.order_id, Event::PaymentVoided),
        PaymentAnswers::PaymentSucceeded(it) => (it.order_id, Event::PaymentSucceeded),
        PaymentAnswers::PaymentCaptureFailed(it) => {
            (it.order_id, Event::PaymentCaptureFailed { reason: it.reason })
        }
        PaymentAnswers::PaymentRefunded(it) => (it.order_id, Event::PaymentRefunded),
    })
}
