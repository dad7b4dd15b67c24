//! Means of payment that a customer saves at the provider.

use contracts::api::payments::PaymentToken;
use futures::future::BoxFuture;
use kernel::UserId;

/// What the provider tells of a saved means of payment. Never a number.
#[derive(Clone, Debug, PartialEq)]
pub struct SavedCard {
    /// To pay with from now on.
    pub token: PaymentToken,
    pub brand: String,
    pub last4: Option<String>,
    pub expiry: Option<Expiry>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expiry {
    pub month: i16,
    pub year: i16,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CardError {
    #[error("the provider does not take it")]
    Refused,
    #[error("the provider does not answer")]
    Unavailable,
}

pub trait Cards: Send + Sync + 'static {
    /// Keeps it for later payments of this customer; `earlier` is one that they have saved before. Twice is once.
    fn save<'a>(
        &'a self,
        customer: UserId,
        token: &'a PaymentToken,
        earlier: Option<&'a PaymentToken>,
    ) -> BoxFuture<'a, Result<SavedCard, CardError>>;

    /// Can't be paid with any more. What is not there is forgotten already.
    fn forget<'a>(&'a self, token: &'a PaymentToken) -> BoxFuture<'a, Result<(), CardError>>;
}
