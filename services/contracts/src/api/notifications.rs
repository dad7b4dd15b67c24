//! `/api/v1/notifications`, `/api/v1/notification-preferences`, `/api/v1/push-subscriptions`, `/api/v1/push-key`.

use kernel::{NotificationId, OrderId, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::users::Locale;

/// How a person is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    Email,
    Sms,
    WebPush,
}

impl Channel {
    pub const ALL: [Self; 3] = [Self::Email, Self::Sms, Self::WebPush];

    /// As on the wire; also the label of metrics.
    pub fn name(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Sms => "sms",
            Self::WebPush => "web_push",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NotificationStatus {
    /// Not sent yet, or to be tried again.
    Pending,
    Sent,
    /// Given up.
    Failed,
}

/// Of `GET /api/v1/notifications`, newest first: what the caller was told.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NotificationView {
    pub id: NotificationId,
    pub channel: Channel,
    pub template: String,
    pub subject: String,
    pub order_id: Option<OrderId>,
    pub status: NotificationStatus,
    pub created_at: Timestamp,
    /// When it was sent or given up.
    pub settled_at: Option<Timestamp>,
}

/// `GET` and `PUT /api/v1/notification-preferences`. Can't be printed, for it holds a phone number.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct NotificationPreferences {
    pub locale: Locale,
    /// E.164: `+34600111222`.
    #[serde(default)]
    pub phone: Option<String>,
    pub order_news: ChannelChoice,
}

/// Where news of orders goes. What a customer must know (confirmed, cancelled, money back) goes by e-mail in any case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChannelChoice {
    pub email: bool,
    pub sms: bool,
    pub web_push: bool,
}

/// `POST /api/v1/push-subscriptions`: a browser's `PushSubscription` as it prints itself. Can't be printed, for who has it
/// may write to that browser.
#[derive(Clone, Serialize, Deserialize)]
pub struct NewPushSubscription {
    pub endpoint: String,
    pub keys: PushKeys,
}

/// Both base64url.
#[derive(Clone, Serialize, Deserialize)]
pub struct PushKeys {
    /// The browser's public key: a point of P-256, not compressed.
    pub p256dh: String,
    /// 16 bytes that only browser and shop know.
    pub auth: String,
}

/// Its owner tells by the endpoint which of them is the browser at hand.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct PushSubscriptionView {
    pub id: Uuid,
    pub endpoint: String,
    pub created_at: Timestamp,
}

/// `GET /api/v1/push-key`: the `applicationServerKey` to subscribe with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PushKey {
    pub public_key: String,
}
