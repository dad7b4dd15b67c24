//! A shopper's token for an order goes to payments over MQTT, once the order turns out to be theirs and payable.

use actix_web::http::StatusCode;
use contracts::api::orders::{OrderStatus, OrderView};
use contracts::api::payments::{NewPayment, PaymentToken, PaymentTokenError};
use contracts::envelope::SpecVersion;
use contracts::messages::gateway::{PAYMENT_SUBMITTED_TOPIC, PaymentSubmitted};
use contracts::{Envelope, Message, Role};
use kernel::{Clock, EventId, OrderId, UserId};
use platform::Problem;
use platform::idempotency::IdempotencyKey;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE};
use tracing::{error, info, warn};
use uuid::Uuid;

use crate::mqtt::Publisher;
use crate::proxy::{problem, unavailable};
use crate::upstreams::{Failure, Upstreams};

/// Of message ids that are made from what the shopper asks for.
const NAMESPACE: Uuid = Uuid::from_u128(0x5f0a_6c1e_8f53_4b0e_9d5c_2f1b_7a94_c3d1);

#[derive(Clone)]
pub struct Payments {
    pub upstreams: Upstreams,
    pub publisher: Publisher,
    pub clock: Clock,
}

pub struct Submission<'a> {
    pub customer_id: UserId,
    /// The shopper's own `Authorization`: orders is asked in their name.
    pub bearer: &'a str,
    pub key: &'a IdempotencyKey,
    pub payment: &'a NewPayment,
}

impl Payments {
    pub async fn submit(&self, submission: Submission<'_>) -> Result<(), Problem> {
        // The broker acknowledges also what nobody will ever take.
        if !self.upstreams.has(Role::Payments) {
            return Err(Problem::not_found());
        }
        let (order_id, token) = (submission.payment.order_id, parsed(&submission.payment.payment_token)?);
        self.check_payable(order_id, submission.bearer).await?;

        let envelope = self.envelope(&submission, &token);
        let body = serde_json::to_vec(&envelope).expect("envelopes are plain data");
        self.publisher.publish(PAYMENT_SUBMITTED_TOPIC, body).await.map_err(|error| {
            warn!(order.id = %order_id, %error, "A payment for order {order_id} was not accepted: {error}");
            Problem::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "payment-not-accepted",
                "The payment was not accepted; send it again with the same Idempotency-Key",
            )
        })?;
        info!(order.id = %order_id, "Accepted a payment for order {order_id}");
        Ok(())
    }

    /// The same wish is the same message however often it is sent, so that payments' inbox takes it once.
    fn envelope(&self, submission: &Submission<'_>, token: &PaymentToken) -> Envelope<PaymentSubmitted> {
        let (customer_id, order_id) = (submission.customer_id, submission.payment.order_id);
        let wish = format!("{customer_id}\n{order_id}\n{}", submission.key.0);
        Envelope {
            specversion: SpecVersion::V1,
            id: EventId(Uuid::new_v5(&NAMESPACE, wish.as_bytes())),
            source: format!("/shop/{}", PaymentSubmitted::FROM),
            kind: PaymentSubmitted::TYPE.to_owned(),
            subject: order_id.to_string(),
            time: self.clock.now(),
            correlationid: Some(order_id.to_string()),
            causationid: None,
            traceparent: platform::traces::current(),
            aggregateversion: 0,
            data: PaymentSubmitted { order_id, customer_id, payment_token: token.as_str().to_owned() },
        }
    }

    async fn check_payable(&self, order_id: OrderId, bearer: &str) -> Result<(), Problem> {
        match self.order(order_id, bearer).await?.status {
            OrderStatus::Pending | OrderStatus::AwaitingPayment => Ok(()),
            OrderStatus::Authorized
            | OrderStatus::Confirmed
            | OrderStatus::Fulfilling
            | OrderStatus::Completed
            | OrderStatus::Returned
            | OrderStatus::Unwinding
            | OrderStatus::Rejected
            | OrderStatus::Cancelled => {
                Err(Problem::conflict("not-payable", "This order can't be paid (any more)"))
            }
        }
    }

    async fn order(&self, order_id: OrderId, bearer: &str) -> Result<OrderView, Problem> {
        let url = self.upstreams.url(Role::Orders, &format!("/api/v1/orders/{order_id}"), None)?;
        let request = self.upstreams.client().get(url).header(AUTHORIZATION, bearer).build();
        let request = request.map_err(|_| Problem::unauthenticated("the token is not valid"))?;
        let answer = self.upstreams.send(Role::Orders, &request).await.map_err(problem)?;
        match answer.status().as_u16() {
            200 => answer.json().await.map_err(|source| {
                error!(order.id = %order_id, error = %source, "The answer about order {order_id} can't be read");
                problem(Failure::Broken { role: Role::Orders, source })
            }),
            401 => Err(Problem::unauthenticated("the token is not valid")),
            // Whoever else answers at that address for a moment knows nothing of orders.
            404 if is_problem(&answer) => Err(Problem::not_found()),
            status => {
                warn!(order.id = %order_id, status, "Orders answered {status} about order {order_id}");
                Err(unavailable(StatusCode::SERVICE_UNAVAILABLE))
            }
        }
    }
}

/// Every error of a service of ours is one.
fn is_problem(answer: &reqwest::Response) -> bool {
    answer.headers().get(CONTENT_TYPE).is_some_and(|kind| kind == "application/problem+json")
}

/// Says what is wrong and never repeats what was sent.
fn parsed(text: &str) -> Result<PaymentToken, Problem> {
    PaymentToken::parse(text).map_err(|error| match error {
        PaymentTokenError::CardNumber => Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "card-number-refused",
            "Card numbers are not accepted here, only tokens of them",
        ),
        PaymentTokenError::Malformed => Problem::invalid().field("payment_token", error),
    })
}
