//! What the role's queue receives: answers to the sagas' commands, charge-backs, and news of products.

use contracts::inbound::orders::{PaymentAnswers, Products, StockAnswers, StockLevels};
use contracts::messages::inventory::StockLevelChanged;
use contracts::{DecodeError, Envelope};
use diesel::QueryResult;
use futures::FutureExt;
use futures::future::BoxFuture;
use kernel::{OrderId, ReturnId};
use platform::Connection;
use platform::consumer::{HandleError, Handler};
use serde_json::Value;

use crate::app::App;
use crate::domain::returns;
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
            let version = envelope.aggregateversion;
            if let Some(news) = Products::decode(envelope)? {
                return Ok(product(connection, news, version).await?);
            }
            if let Some(StockLevels::StockLevelChanged(level)) = StockLevels::decode(envelope)? {
                return stock_level(connection, &level, version).await;
            }
            match news(envelope)? {
                News::Checkout(order, event) => self.0.advance(connection, order, &event, envelope).await,
                News::Return(id, event) => self.0.advance_return(connection, id, &event, envelope).await,
                News::Chargeback(order) => self.0.record_chargeback(connection, order, envelope).await,
            }
        }
        .boxed()
    }
}

async fn product(conn: &mut Connection, news: Products, version: i64) -> QueryResult<()> {
    match news {
        Products::ProductPublished(it) => {
            products::product_published(conn, &it.sku, &it.name, it.price, version).await
        }
        Products::ProductPriceChanged(it) => {
            products::product_price_changed(conn, &it.sku, it.price, version).await
        }
        Products::ProductWithdrawn(it) => products::product_withdrawn(conn, &it.sku, version).await,
    }
}

async fn stock_level(
    conn: &mut Connection,
    level: &StockLevelChanged,
    version: i64,
) -> Result<(), HandleError> {
    if level.available < 0 {
        return Err(HandleError::Impossible(format!("{} of {} available", level.available, level.sku)));
    }
    Ok(products::availability_put(conn, &level.sku, level.available, version).await?)
}

/// Whose saga it is for, and what it means to it.
enum News {
    Checkout(OrderId, Event),
    Return(ReturnId, returns::Event),
    Chargeback(OrderId),
}

fn news(envelope: &Envelope<Value>) -> Result<News, DecodeError> {
    if let Some(answer) = StockAnswers::decode(envelope)? {
        return Ok(stock(answer));
    }
    if let Some(answer) = PaymentAnswers::decode(envelope)? {
        return Ok(payment(answer));
    }
    Err(DecodeError::UnknownType(envelope.kind.clone()))
}

fn stock(answer: StockAnswers) -> News {
    use News::{Checkout, Return};
    match answer {
        StockAnswers::StockReserved(it) => {
            Checkout(it.order_id, Event::StockReserved { expires_at: it.expires_at })
        }
        StockAnswers::StockRejected(it) => {
            Checkout(it.order_id, Event::StockRejected { shortages: it.shortages })
        }
        StockAnswers::StockReleased(it) => Checkout(it.order_id, Event::StockReleased),
        StockAnswers::StockCommitted(it) => Checkout(it.order_id, Event::StockCommitted),
        StockAnswers::StockCommitFailed(it) => Checkout(it.order_id, Event::StockCommitFailed),
        StockAnswers::StockRestocked(it) => Checkout(it.order_id, Event::StockRestocked),
        StockAnswers::StockReturned(it) => Return(it.return_id, returns::Event::StockReturned),
    }
}

fn payment(answer: PaymentAnswers) -> News {
    use News::{Chargeback, Checkout, Return};
    match answer {
        PaymentAnswers::PaymentAuthorized(it) => {
            let (amount, capture_before) = (it.amount, it.capture_before);
            Checkout(it.order_id, Event::PaymentAuthorized { amount, capture_before })
        }
        PaymentAnswers::PaymentFailed(it) => {
            Checkout(it.order_id, Event::PaymentFailed { reason: it.reason })
        }
        PaymentAnswers::PaymentVoided(it) => Checkout(it.order_id, Event::PaymentVoided),
        PaymentAnswers::PaymentSucceeded(it) => {
            Checkout(it.order_id, Event::PaymentSucceeded { amount: it.amount })
        }
        PaymentAnswers::PaymentCaptureFailed(it) => {
            Checkout(it.order_id, Event::PaymentCaptureFailed { reason: it.reason })
        }
        PaymentAnswers::PaymentRefunded(it) => {
            Checkout(it.order_id, Event::PaymentRefunded { amount: it.amount })
        }
        PaymentAnswers::PartRefunded(it) => {
            Return(it.return_id, returns::Event::PartRefunded { amount: it.amount })
        }
        PaymentAnswers::PartRefundFailed(it) => {
            Return(it.return_id, returns::Event::PartRefundFailed { reason: it.reason })
        }
        PaymentAnswers::ChargebackReceived(it) => Chargeback(it.order_id),
    }
}
