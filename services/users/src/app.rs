//! The use cases of users, one per file, and what they need.

pub mod administrator;
pub mod find_user;
pub mod log_in;
pub mod passwords;
pub mod register;
pub mod tokens;

use std::sync::Arc;

use kernel::Clock;
use platform::Database;

use passwords::Passwords;
use tokens::TokenSigner;

/// What every use case works with.
#[derive(Clone)]
pub struct Users {
    pub database: Database,
    pub clock: Clock,
    pub passwords: Passwords,
    pub signer: Arc<TokenSigner>,
}
