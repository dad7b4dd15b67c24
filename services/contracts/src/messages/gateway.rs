//! What the gateway says, over MQTT.

use kernel::{OrderId, UserId};

use crate::envelope::message;

/// MQTT topic of [`PaymentSubmitted`]; the plugin turns `/` into `.`, which gives the message's type as routing key.
pub const PAYMENT_SUBMITTED_TOPIC: &str = "payment/submitted/v1";

message! {
    /// The shopper has chosen a means of payment for an order. Only a token of it travels.
    PaymentSubmitted = "payment.submitted.v1" from Gateway about order_id {
        order_id: OrderId,
        /// Who sent it, from the verified access token.
        customer_id: UserId,
        payment_token: String,
    }
}
