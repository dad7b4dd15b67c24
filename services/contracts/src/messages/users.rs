//! What users says.

use kernel::UserId;

use crate::api::users::{Locale, UserRole};
use crate::envelope::message;

message! {
    UserRegistered = "user.registered.v1" from Users about user_id {
        user_id: UserId,
        email: String,
        name: String,
        locale: Locale,
        roles: Vec<UserRole>,
    }
}
