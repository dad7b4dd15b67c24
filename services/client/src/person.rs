//! Someone who has logged in: shopper or seller.

use std::sync::{Arc, PoisonError, RwLock};

use contracts::api::Page;
use contracts::api::catalog::{NewProduct, ProductView};
use contracts::api::inventory::{StockLevel, StockView};
use contracts::api::orders::{CartItem, CartView, Checkout, OrderEventView, OrderView};
use contracts::api::payments::{NewPayment, PaymentView};
use contracts::api::users::{LogIn, SessionView, UserView};
use kernel::{CartId, OrderId, Quantity, Sku};
use reqwest::header::IF_MATCH;
use reqwest::{Method, RequestBuilder, StatusCode};
use serde::de::DeserializeOwned;

use crate::shop::page;
use crate::{ClientError, Shop};

/// Logs in again when the token has run out. Clones share the token.
#[derive(Clone)]
pub struct Person {
    shop: Shop,
    credentials: LogIn,
    user: UserView,
    token: Arc<RwLock<String>>,
}

impl Person {
    pub(crate) async fn log_in(shop: Shop, credentials: LogIn) -> Result<Self, ClientError> {
        let session = open_session(&shop, &credentials).await?;
        Ok(Self { shop, credentials, user: session.user, token: Arc::new(RwLock::new(session.access_token)) })
    }

    /// The same log-in, at a shop with other patience.
    #[must_use]
    pub fn moved_to(self, shop: Shop) -> Self {
        Self { shop, ..self }
    }

    pub fn user(&self) -> &UserView {
        &self.user
    }

    pub fn shop(&self) -> &Shop {
        &self.shop
    }

    pub fn token(&self) -> String {
        self.token.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// A request of the caller's own making, with the access token.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.shop.request(method, path).bearer_auth(self.token())
    }

    pub async fn create_product(&self, product: &NewProduct) -> Result<ProductView, ClientError> {
        self.read(|| self.request(Method::POST, "/api/v1/products").json(product)).await
    }

    /// Refused with 404 until inventory has heard of the SKU.
    pub async fn set_stock(&self, sku: &Sku, on_hand: i64) -> Result<StockView, ClientError> {
        let path = format!("/api/v1/stock/{sku}");
        self.read(|| self.request(Method::PUT, &path).json(&StockLevel { on_hand, region: None })).await
    }

    /// Of the seller's own products.
    pub async fn stock(&self, sku: &Sku) -> Result<StockView, ClientError> {
        self.read(|| self.request(Method::GET, &format!("/api/v1/stock/{sku}"))).await
    }

    pub async fn create_cart(&self) -> Result<CartView, ClientError> {
        self.read(|| self.request(Method::POST, "/api/v1/carts")).await
    }

    /// Whatever the cart has become meanwhile: whoever made it is alone with it.
    pub async fn put_into_cart(
        &self,
        cart: CartId,
        sku: &Sku,
        quantity: Quantity,
    ) -> Result<CartView, ClientError> {
        let path = format!("/api/v1/carts/{cart}/items/{sku}");
        let request = || self.request(Method::PUT, &path).header(IF_MATCH, "*").json(&CartItem { quantity });
        self.read(request).await
    }

    /// Even when the shop believes that too few pieces are there: the order tells how it ended.
    pub async fn check_out(&self, cart: CartId) -> Result<OrderView, ClientError> {
        let key = format!("checkout-{cart}");
        self.read(|| {
            let request = self.request(Method::POST, "/api/v1/orders").header("idempotency-key", &key);
            request.json(&Checkout { even_if_short: true, ..Checkout::of(cart) })
        })
        .await
    }

    /// Accepted, no more: how it ends is seen in the order.
    pub async fn pay(&self, order: OrderId, token: &str) -> Result<(), ClientError> {
        let key = format!("pay-{order}");
        let payment = NewPayment { order_id: order, payment_token: token.to_owned() };
        let request =
            || self.request(Method::POST, "/api/v1/payments").header("idempotency-key", &key).json(&payment);
        self.read::<serde_json::Value>(request).await.map(drop)
    }

    pub async fn order(&self, id: OrderId) -> Result<OrderView, ClientError> {
        self.read(|| self.request(Method::GET, &format!("/api/v1/orders/{id}"))).await
    }

    pub async fn orders(&self, limit: u16, after: Option<&str>) -> Result<Page<OrderView>, ClientError> {
        self.read(|| page(self.request(Method::GET, "/api/v1/orders"), limit, after)).await
    }

    /// The first hundred, oldest first: no checkout has more.
    pub async fn order_events(&self, id: OrderId) -> Result<Page<OrderEventView>, ClientError> {
        self.read(|| page(self.request(Method::GET, &format!("/api/v1/orders/{id}/events")), 100, None)).await
    }

    /// Accepted, where it was not too late.
    pub async fn cancel(&self, id: OrderId) -> Result<OrderView, ClientError> {
        let path = format!("/api/v1/orders/{id}/cancellations");
        let key = format!("cancel-{id}");
        self.read(|| self.request(Method::POST, &path).header("idempotency-key", &key)).await
    }

    pub async fn payment(&self, order: OrderId) -> Result<PaymentView, ClientError> {
        self.read(|| self.request(Method::GET, &format!("/api/v1/payments/{order}"))).await
    }

    async fn read<T: DeserializeOwned>(
        &self,
        request: impl Fn() -> RequestBuilder,
    ) -> Result<T, ClientError> {
        match self.shop.read(&request).await {
            Err(error) if error.status() == Some(StatusCode::UNAUTHORIZED) => {
                let session = open_session(&self.shop, &self.credentials).await?;
                *self.token.write().unwrap_or_else(PoisonError::into_inner) = session.access_token;
                self.shop.read(request).await
            }
            other => other,
        }
    }
}

async fn open_session(shop: &Shop, credentials: &LogIn) -> Result<SessionView, ClientError> {
    shop.read(|| shop.request(Method::POST, "/api/v1/sessions").json(credentials)).await
}
