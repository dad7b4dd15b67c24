//! What people are told of: the events of other services, and what is known of each kind.

use contracts::inbound::notifications::{OrderNews, PaymentNews, StockNews};
use contracts::{DecodeError, Envelope};
use kernel::{OrderId, UserId};
use serde_json::Value;

#[derive(Clone, Debug, PartialEq)]
pub enum News {
    Order(OrderNews),
    Payment(PaymentNews),
    Stock(StockNews),
}

/// One kind of message to people.
#[derive(Debug, PartialEq)]
pub struct Template {
    /// Label of metrics, part of the key that makes it once.
    pub name: &'static str,
    /// Goes by e-mail whatever was chosen: an order is a contract.
    pub required: bool,
    /// Goes to phones and browsers too; what is for the files does not.
    pub everywhere: bool,
    pub for_sellers: bool,
}

const fn required(name: &'static str) -> Template {
    Template { name, required: true, everywhere: true, for_sellers: false }
}

const fn by_choice(name: &'static str) -> Template {
    Template { required: false, ..required(name) }
}

const fn for_the_files(name: &'static str) -> Template {
    Template { everywhere: false, ..required(name) }
}

pub static ORDER_CONFIRMED: Template = required("order_confirmed");
pub static ORDER_REJECTED: Template = required("order_rejected");
pub static ORDER_CANCELLED: Template = required("order_cancelled");
pub static ORDER_SHIPPED: Template = by_choice("order_shipped");
pub static ORDER_COMPLETED: Template = by_choice("order_completed");
pub static RETURN_APPROVED: Template = required("return_approved");
pub static RETURN_CLOSED: Template = required("return_closed");
pub static RETURN_COMPLETED: Template = required("return_completed");
pub static INVOICE_ISSUED: Template = for_the_files("invoice_issued");
pub static CHARGEBACK_RECEIVED: Template = for_the_files("chargeback_received");
pub static STOCK_LOW: Template = Template { for_sellers: true, ..by_choice("stock_low") };

impl News {
    /// `Ok(None)`: nothing that anybody is told of.
    pub fn decode(envelope: &Envelope<Value>) -> Result<Option<Self>, DecodeError> {
        if let Some(news) = OrderNews::decode(envelope)? {
            return Ok(Some(Self::Order(news)));
        }
        if let Some(news) = PaymentNews::decode(envelope)? {
            return Ok(Some(Self::Payment(news)));
        }
        Ok(StockNews::decode(envelope)?.map(Self::Stock))
    }

    pub fn template(&self) -> &'static Template {
        match self {
            Self::Order(OrderNews::OrderConfirmed(_)) => &ORDER_CONFIRMED,
            Self::Order(OrderNews::OrderRejected(_)) => &ORDER_REJECTED,
            Self::Order(OrderNews::OrderCancelled(_)) => &ORDER_CANCELLED,
            Self::Order(OrderNews::OrderShipped(_)) => &ORDER_SHIPPED,
            Self::Order(OrderNews::OrderCompleted(_)) => &ORDER_COMPLETED,
            Self::Order(OrderNews::ReturnApproved(_)) => &RETURN_APPROVED,
            Self::Order(OrderNews::ReturnClosed(_)) => &RETURN_CLOSED,
            Self::Order(OrderNews::ReturnCompleted(_)) => &RETURN_COMPLETED,
            Self::Payment(PaymentNews::InvoiceIssued(_)) => &INVOICE_ISSUED,
            Self::Payment(PaymentNews::ChargebackReceived(_)) => &CHARGEBACK_RECEIVED,
            Self::Stock(StockNews::StockLow(_)) => &STOCK_LOW,
        }
    }

    pub fn user_id(&self) -> UserId {
        self.about().0
    }

    pub fn order_id(&self) -> Option<OrderId> {
        self.about().1
    }

    fn about(&self) -> (UserId, Option<OrderId>) {
        match self {
            Self::Order(OrderNews::OrderConfirmed(it)) => (it.customer_id, Some(it.order_id)),
            Self::Order(OrderNews::OrderRejected(it)) => (it.customer_id, Some(it.order_id)),
            Self::Order(OrderNews::OrderCancelled(it)) => (it.customer_id, Some(it.order_id)),
            Self::Order(OrderNews::OrderShipped(it)) => (it.customer_id, Some(it.order_id)),
            Self::Order(OrderNews::OrderCompleted(it)) => (it.customer_id, Some(it.order_id)),
            Self::Order(OrderNews::ReturnApproved(it)) => (it.customer_id, Some(it.order_id)),
            Self::Order(OrderNews::ReturnClosed(it)) => (it.customer_id, Some(it.order_id)),
            Self::Order(OrderNews::ReturnCompleted(it)) => (it.customer_id, Some(it.order_id)),
            Self::Payment(PaymentNews::InvoiceIssued(it)) => (it.customer_id, Some(it.order_id)),
            Self::Payment(PaymentNews::ChargebackReceived(it)) => (it.customer_id, Some(it.order_id)),
            Self::Stock(StockNews::StockLow(it)) => (it.seller_id, None),
        }
    }
}
