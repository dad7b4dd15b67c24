//! How far the goods are, once they are paid. Beside the saga, which has ended by then.

use contracts::api::orders::OrderStatus;
use kernel::Timestamp;
use serde::{Deserialize, Serialize};

use super::checkout::Checkout;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "name", rename_all = "snake_case")]
pub enum Fulfilment {
    /// Nothing has left.
    #[default]
    Open,
    /// The carrier has it.
    Shipped { shipment: Shipment },
    /// The customer has it.
    Delivered { shipment: Shipment, delivered_at: Timestamp },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shipment {
    pub carrier: Option<String>,
    pub tracking: Option<String>,
    pub shipped_at: Timestamp,
}

/// The order is not where it would have to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FulfilmentError {
    #[error("it can't be shipped while it is {0:?}")]
    NotShippable(OrderStatus),
    #[error("it can't be delivered while it is {0:?}")]
    NotDeliverable(OrderStatus),
    #[error("it is on its way")]
    AlreadyShipped,
}

impl Fulfilment {
    /// Of an order that is paid.
    pub fn status(&self) -> OrderStatus {
        match self {
            Self::Open => OrderStatus::Confirmed,
            Self::Shipped { .. } => OrderStatus::Fulfilling,
            Self::Delivered { .. } => OrderStatus::Completed,
        }
    }

    pub fn shipment(&self) -> Option<&Shipment> {
        match self {
            Self::Open => None,
            Self::Shipped { shipment } | Self::Delivered { shipment, .. } => Some(shipment),
        }
    }

    pub fn delivered_at(&self) -> Option<Timestamp> {
        match self {
            Self::Open | Self::Shipped { .. } => None,
            Self::Delivered { delivered_at, .. } => Some(*delivered_at),
        }
    }
}

impl Checkout {
    /// Grows with each step of either: the order's `ETag`, and what is said of the goods on the bus.
    pub fn revision(&self) -> i64 {
        self.version + self.fulfilment_version
    }

    /// Its goods are still in the house.
    pub fn still_here(&self) -> Result<(), FulfilmentError> {
        self.fulfilment.shipment().map_or(Ok(()), |_| Err(FulfilmentError::AlreadyShipped))
    }

    /// All of the order leaves at once.
    pub fn ship(&self, shipment: Shipment) -> Result<Self, FulfilmentError> {
        match self.status() {
            OrderStatus::Confirmed => Ok(self.fulfilled(Fulfilment::Shipped { shipment })),
            status => Err(FulfilmentError::NotShippable(status)),
        }
    }

    pub fn deliver(&self, delivered_at: Timestamp) -> Result<Self, FulfilmentError> {
        match self.fulfilment.clone() {
            Fulfilment::Shipped { shipment } => {
                Ok(self.fulfilled(Fulfilment::Delivered { shipment, delivered_at }))
            }
            Fulfilment::Open | Fulfilment::Delivered { .. } => {
                Err(FulfilmentError::NotDeliverable(self.status()))
            }
        }
    }

    /// It goes elsewhere; what the address is, is kept apart.
    pub fn redirect(&self) -> Result<Self, FulfilmentError> {
        self.still_here()?;
        Ok(self.fulfilled(self.fulfilment.clone()))
    }

    fn fulfilled(&self, fulfilment: Fulfilment) -> Self {
        Self { fulfilment, fulfilment_version: self.fulfilment_version + 1, ..self.clone() }
    }
}
