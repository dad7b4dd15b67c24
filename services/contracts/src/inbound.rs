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
    use crate::messages::orders::{CommitStock, ReleaseStock, ReserveStock, RestockItems};

    inbound! {
        /// Steps of the checkout saga and their compensations.
        Commands { ReserveStock, ReleaseStock, CommitStock, RestockItems }
    }

    inbound! {
        /// Which SKUs exist, and whose they are.
        Products { ProductPublished }
    }
}

pub mod orders {
    use super::inbound;
    use crate::messages::catalog::ProductPublished;
    use crate::messages::inventory::{
        StockCommitFailed, StockCommitted, StockRejected, StockReleased, StockReserved, StockRestocked,
    };
    use crate::messages::payments::{
        PaymentAuthorized, PaymentCaptureFailed, PaymentFailed, PaymentRefunded, PaymentSucceeded,
        PaymentVoided,
    };

    inbound! {
        /// Answers of inventory.
        StockAnswers { StockReserved, StockRejected, StockReleased, StockCommitted, StockCommitFailed, StockRestocked }
    }

    inbound! {
        /// Answers of payments.
        PaymentAnswers { PaymentAuthorized, PaymentFailed, PaymentVoided, PaymentSucceeded, PaymentCaptureFailed, PaymentRefunded }
    }

    inbound! {
        /// Names and prices for carts.
        Products { ProductPublished }
    }
}

pub mod payments {
    use super::inbound;
    use crate::messages::gateway::PaymentSubmitted;
    use crate::messages::orders::{AuthorizePayment, CapturePayment, RefundPayment, VoidPayment};

    inbound! {
        /// Steps of the checkout saga and their compensations.
        Commands { AuthorizePayment, VoidPayment, CapturePayment, RefundPayment }
    }

    inbound! {
        /// What shoppers submit through the gateway, over MQTT.
        Submissions { PaymentSubmitted }
    }
}
