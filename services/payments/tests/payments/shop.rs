//! An order to be paid, and what the test does to its payment.

use contracts::api::payments::{PaymentStatus, PaymentView};
use contracts::api::users::UserRole;
use contracts::messages::gateway::PaymentSubmitted;
use contracts::messages::orders::{
    AuthorizePayment, CapturePayment, OrderConfirmed, RefundPart, RefundPayment, VoidPayment,
};
use contracts::messages::payments::{PaymentAuthorized, PaymentSucceeded};
use contracts::{Envelope, Role};
use diesel_async::SimpleAsyncConnection;
use kernel::{Currency, Money, OrderId, ReturnId, UserId};
use serde_json::Value;
use testkit::{TestApp, eventually};

pub struct Order {
    pub id: OrderId,
    pub customer: (UserId, Vec<UserRole>),
    pub amount: Money,
}

impl Order {
    pub fn new() -> Self {
        Self { id: OrderId::new(), customer: testkit::customer(), amount: Money::new(1990, Currency::Eur) }
    }

    pub async fn authorize(&self, app: &TestApp) -> Envelope<Value> {
        let (order_id, customer_id, amount) = (self.id, self.customer.0, self.amount);
        app.broker.deliver(&AuthorizePayment { order_id, customer_id, amount }).await
    }

    pub async fn submit(&self, app: &TestApp, token: &str) -> Envelope<Value> {
        self.submit_as(app, self.customer.0, token).await
    }

    pub async fn submit_as(&self, app: &TestApp, customer_id: UserId, token: &str) -> Envelope<Value> {
        let payment_token = token.to_owned();
        app.broker.deliver(&PaymentSubmitted { order_id: self.id, customer_id, payment_token }).await
    }

    pub async fn void(&self, app: &TestApp) -> Envelope<Value> {
        app.broker.deliver(&VoidPayment { order_id: self.id }).await
    }

    pub async fn capture(&self, app: &TestApp) -> Envelope<Value> {
        app.broker.deliver(&CapturePayment { order_id: self.id }).await
    }

    pub async fn refund(&self, app: &TestApp) -> Envelope<Value> {
        app.broker.deliver(&RefundPayment { order_id: self.id }).await
    }

    pub async fn refund_part(&self, app: &TestApp, return_id: ReturnId, minor: i64) -> Envelope<Value> {
        let amount = Money::new(minor, Currency::Eur);
        app.broker.deliver(&RefundPart { order_id: self.id, return_id, amount }).await
    }

    pub async fn confirm(&self, app: &TestApp, total: Money) -> Envelope<Value> {
        let (order_id, customer_id) = (self.id, self.customer.0);
        app.broker.deliver(&OrderConfirmed { order_id, customer_id, total }).await
    }

    /// An order whose amount is held.
    pub async fn authorized(app: &TestApp, token: &str) -> Self {
        let order = Self::new();
        order.authorize(app).await;
        order.submit(app, token).await;
        order.becomes(app, PaymentStatus::Authorized).await;
        app.published.first::<PaymentAuthorized>().await;
        order
    }

    /// An order that is paid.
    pub async fn captured(app: &TestApp, token: &str) -> Self {
        let order = Self::authorized(app, token).await;
        order.capture(app).await;
        order.becomes(app, PaymentStatus::Captured).await;
        app.published.first::<PaymentSucceeded>().await;
        order
    }

    pub async fn shown(&self, app: &TestApp) -> Option<PaymentView> {
        let answer = app.get(&format!("/api/v1/payments/{}", self.id)).by(&self.customer).send().await;
        (answer.status == 200).then(|| answer.expect(200))
    }

    pub async fn becomes(&self, app: &TestApp, status: PaymentStatus) -> PaymentView {
        eventually(&format!("the payment is {status:?}"), async || {
            self.shown(app).await.filter(|payment| payment.status == status)
        })
        .await
    }
}

pub fn support() -> (UserId, Vec<UserRole>) {
    (UserId::new(), vec![UserRole::Support])
}

/// Behind the service's back.
pub async fn execute(app: &TestApp, statements: &str) {
    app.database().connect().await.batch_execute(statements).await.unwrap();
}

/// How often the provider did this.
pub async fn effects(app: &TestApp, kind: &str) -> i64 {
    let query = format!("SELECT count(*) AS number FROM simulator_operations WHERE kind = '{kind}'");
    app.database().number(&query).await
}

/// Until every message that was delivered has been handled.
pub async fn handled(app: &TestApp, messages: i64) {
    eventually(&format!("{messages} messages are handled"), async || {
        let seen = app.database().number("SELECT count(*) AS number FROM inbox").await;
        (seen >= messages).then_some(())
    })
    .await;
}

pub async fn parked(app: &TestApp) -> String {
    let body = eventually("a message is parked", async || app.broker.parked(Role::Payments).await).await;
    String::from_utf8(body).unwrap()
}
