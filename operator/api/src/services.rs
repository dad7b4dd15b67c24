//! The shop's services: one optional field per role, so that `kubectl explain` lists them.

use kube::KubeSchema;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Image, ObjectName, Overrides, Resources, Scaling};

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
#[x_kube(
    validation = Rule::new(
        "!has(self.users) || self.users.enabled || (\
         has(self.catalog) && !self.catalog.enabled && has(self.inventory) && !self.inventory.enabled && \
         has(self.orders) && !self.orders.enabled && has(self.payments) && !self.payments.enabled && \
         has(self.notifications) && !self.notifications.enabled)"
    )
    .message("catalog, inventory, orders, payments and notifications check tokens with users' keys: enable users, or disable all five")
    .field_path(".users.enabled"),
    validation = Rule::new("!has(self.gateway) || !has(self.gateway.scaling.min) || self.gateway.scaling.min > 0")
        .message("people wait for gateway, and only notifications may have no pod: set min to 1")
        .field_path(".gateway.scaling.min"),
    validation = Rule::new("!has(self.storefront) || !has(self.storefront.scaling.min) || self.storefront.scaling.min > 0")
        .message("people wait for storefront, and only notifications may have no pod: set min to 1")
        .field_path(".storefront.scaling.min"),
    validation = Rule::new("!has(self.users) || !has(self.users.scaling.min) || self.users.scaling.min > 0")
        .message("people wait for users, and only notifications may have no pod: set min to 1")
        .field_path(".users.scaling.min"),
    validation = Rule::new("!has(self.catalog) || !has(self.catalog.scaling.min) || self.catalog.scaling.min > 0")
        .message("people wait for catalog, and only notifications may have no pod: set min to 1")
        .field_path(".catalog.scaling.min"),
    validation = Rule::new("!has(self.inventory) || !has(self.inventory.scaling.min) || self.inventory.scaling.min > 0")
        .message("people wait for inventory, and only notifications may have no pod: set min to 1")
        .field_path(".inventory.scaling.min"),
    validation = Rule::new("!has(self.orders) || !has(self.orders.scaling.min) || self.orders.scaling.min > 0")
        .message("people wait for orders, and only notifications may have no pod: set min to 1")
        .field_path(".orders.scaling.min"),
    validation = Rule::new("!has(self.payments) || !has(self.payments.scaling.min) || self.payments.scaling.min > 0")
        .message("people wait for payments, and only notifications may have no pod: set min to 1")
        .field_path(".payments.scaling.min"),
    validation = Rule::new("!has(self.payments) || self.payments.config.provider == 'Simulator' || has(self.payments.secretName)")
        .message("Stripe and PayPal want to know who asks: put their keys into a Secret and name it")
        .field_path(".payments.secretName")
)]
pub struct Services {
    /// The only door: routing, tokens, rate limits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gateway: Option<Service>,
    /// The web shop.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub storefront: Option<Service>,
    /// Accounts, log-in and the keys that tokens are signed with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub users: Option<Service>,
    /// Products and their search.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub catalog: Option<Service>,
    /// Stock and reservations.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inventory: Option<Service>,
    /// Carts, orders and the checkout saga.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub orders: Option<OrdersService>,
    /// Payments and refunds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payments: Option<PaymentsService>,
    /// E-mail, SMS and web push.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notifications: Option<Service>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(inline)]
pub struct Service {
    /// false removes the service; its data stays.
    pub enabled: bool,
    /// Image of this service alone; that of `defaults` when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<Image>,
    /// Requests and limits, each amount over that of `defaults`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resources: Option<Resources>,
    /// A Secret whose keys become variables of the service: what it needs to talk to the world outside, such as the keys of
    /// a payment provider. Restart the service after a change.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret_name: Option<ObjectName>,
    /// How many pods there are, and who decides that.
    pub scaling: Scaling,
    /// Fields of the pod template (`metadata`, `spec`), merged over those of `defaults`.
    pub pod_overrides: Overrides,
}

impl Default for Service {
    fn default() -> Self {
        Self {
            enabled: true,
            image: None,
            resources: None,
            secret_name: None,
            scaling: Scaling::default(),
            pod_overrides: Overrides::default(),
        }
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(inline)]
pub struct OrdersService {
    #[serde(flatten)]
    pub service: Service,
    /// What only this service knows.
    pub config: OrdersConfig,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(inline)]
pub struct PaymentsService {
    #[serde(flatten)]
    pub service: Service,
    /// What only this service knows.
    pub config: PaymentsConfig,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(inline)]
pub struct OrdersConfig {
    /// How long a shopper may cancel before the payment is captured.
    #[schemars(range(min = 0, max = 86400))]
    pub cancellation_window_seconds: i32,
}

impl Default for OrdersConfig {
    fn default() -> Self {
        Self { cancellation_window_seconds: 30 }
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(inline)]
pub struct PaymentsConfig {
    /// Who moves the money. Stripe and PayPal need their keys in the Secret of `secretName`.
    pub provider: PaymentProvider,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub enum PaymentProvider {
    /// Moves nothing: for trying the shop out.
    #[default]
    Simulator,
    Stripe,
    PayPal,
}
