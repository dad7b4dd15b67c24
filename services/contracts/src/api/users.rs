//! `/api/v1/users` and `/api/v1/sessions`.

use kernel::UserId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a person may do in the shop; travels in the access token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum UserRole {
    Customer,
    Seller,
    Support,
    Admin,
}

/// The language a person is written to in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Locale {
    #[default]
    En,
    Es,
}

/// `POST /api/v1/users`. Can't be printed, for it holds a password.
#[derive(Clone, Serialize, Deserialize)]
pub struct Registration {
    pub email: String,
    pub name: String,
    pub password: String,
    #[serde(default = "yes")]
    pub is_customer: bool,
    #[serde(default)]
    pub is_seller: bool,
    #[serde(default)]
    pub locale: Locale,
}

fn yes() -> bool {
    true
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct UserView {
    pub id: UserId,
    pub email: String,
    pub name: String,
    pub roles: Vec<UserRole>,
}

/// `POST /api/v1/sessions`. Can't be printed, for it holds a password.
#[derive(Clone, Serialize, Deserialize)]
pub struct LogIn {
    pub email: String,
    pub password: String,
}

/// Can't be printed, for it holds a token.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct SessionView {
    /// A JWT (EdDSA), for `Authorization: Bearer`.
    pub access_token: String,
    pub token_type: String,
    /// Seconds.
    pub expires_in: i64,
    pub user: UserView,
}
