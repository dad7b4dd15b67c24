//! What notifications says.

use kernel::{NotificationId, UserId};

use crate::api::notifications::Channel;
use crate::envelope::message;

message! {
    /// The channel has taken it.
    NotificationSent = "notification.sent.v1" from Notifications about notification_id {
        notification_id: NotificationId,
        user_id: UserId,
        channel: Channel,
        template: String,
    }
}

message! {
    /// Given up after the last attempt.
    NotificationFailed = "notification.failed.v1" from Notifications about notification_id {
        notification_id: NotificationId,
        user_id: UserId,
        channel: Channel,
        template: String,
        reason: String,
    }
}
