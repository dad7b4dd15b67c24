//! What a person is to the shop: parsed once at the edge, then trusted. No I/O.

mod email;
mod name;
mod password;
mod user;

pub use email::Email;
pub use name::PersonName;
pub use password::Password;
pub use user::{NewUser, User, roles};
