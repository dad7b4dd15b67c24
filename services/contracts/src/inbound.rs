//! What each role's queue receives, by source: an enum per source, whose types the Role table takes.

use crate::envelope::inbound;

pub mod catalog {
    use super::inbound;
    use crate::messages::inventory::StockLevelChanged;

    inbound! {
        /// Availability, shown beside the product.
        StockLevels { StockLevelChanged }
    }
}

pub mod inventory {
    use super::inbound;
    use crate::messages::catalog::ProductPublished;
    use crate::messages::orders::{
        CommitStock, ReleaseStock, RenewReservation, ReserveStock, RestockItems, ReturnItems,
    };

    inbound! {
        /// Steps of the checkout saga and their compensations.
        Commands { ReserveStock, RenewReservation, ReleaseStock, CommitStock, RestockItems, ReturnItems }
    }

    inbound! {
        /// Which SKUs exist, and whose they are.
        Products { ProductPublished }
    }
}

pub mod orders {
    use super::inbound;
    use crate::messages::catalog::{ProductPriceChanged, ProductPublished, ProductWithdrawn};
    use crate::messages::inventory::{
        StockCommitFailed, StockCommitted, StockLevelChanged, StockRejected, StockReleased, StockReserved,
        StockRestocked, StockReturned,
    };
    use crate::messages::payments::{
        ChargebackReceived, PartRefundFailed, PartRefunded, PaymentAuthorized, PaymentCaptureFailed,
        PaymentFailed, PaymentRefunded, PaymentSucceeded, PaymentVoided,
    };

    inbound! {
        /// Answers of inventory.
        StockAnswers { StockReserved, StockRejected, StockReleased, StockCommitted, StockCommitFailed, StockRestocked, StockReturned }
    }

    inbound! {
        /// Answers of payments.
        PaymentAnswers { PaymentAuthorized, PaymentFailed, PaymentVoided, PaymentSucceeded, PaymentCaptureFailed, PaymentRefunded, PartRefunded, PartRefundFailed, ChargebackReceived }
    }

    inbound! {
        /// Names and prices for carts.
        Products { ProductPublished, ProductPriceChanged, ProductWithdrawn }
    }

    inbound! {
        /// Whether carts can be had; the truth is what inventory reserves.
        StockLevels { StockLevelChanged }
    }
}

pub mod payments {
    use super::inbound;
    use crate::messages::gateway::PaymentSubmitted;
    use crate::messages::orders::{
        AuthorizePayment, CapturePayment, OrderCancelled, OrderConfirmed, OrderRejected, RefundPart,
        RefundPayment, ReturnCompleted, VoidPayment,
    };

    inbound! {
        /// Steps of the checkout saga and their compensations.
        Commands { AuthorizePayment, VoidPayment, CapturePayment, RefundPayment, RefundPart }
    }

    inbound! {
        /// What became of orders: reconciliation compares it with what was captured.
        Outcomes { OrderConfirmed, OrderRejected, OrderCancelled, ReturnCompleted }
    }

    inbound! {
        /// What shoppers submit through the gateway, over MQTT.
        Submissions { PaymentSubmitted }
    }
}

pub mod notifications {
    use super::inbound;
    use crate::messages::inventory::StockLow;
    use crate::messages::orders::{
        OrderCancelled, OrderCompleted, OrderConfirmed, OrderRejected, OrderShipped, ReturnApproved,
        ReturnClosed, ReturnCompleted,
    };
    use crate::messages::payments::{ChargebackReceived, InvoiceIssued};
    use crate::messages::users::UserRegistered;

    inbound! {
        /// How people are reached.
        People { UserRegistered }
    }

    inbound! {
        /// What customers are told of their orders.
        OrderNews { OrderConfirmed, OrderRejected, OrderCancelled, OrderShipped, OrderCompleted, ReturnApproved, ReturnClosed, ReturnCompleted }
    }

    inbound! {
        /// What customers are told of their money.
        PaymentNews { InvoiceIssued, ChargebackReceived }
    }

    inbound! {
        /// What sellers are told.
        StockNews { StockLow }
    }
}
