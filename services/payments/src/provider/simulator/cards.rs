//! Saved cards of the simulator: every test token is a card.

use contracts::api::payments::{PaymentToken, test_tokens};
use futures::FutureExt;
use futures::future::BoxFuture;
use kernel::UserId;

use super::Simulator;
use crate::provider::cards::{CardError, Cards, Expiry, SavedCard};

impl Cards for Simulator {
    fn save<'a>(
        &'a self,
        _: UserId,
        token: &'a PaymentToken,
        _: Option<&'a PaymentToken>,
    ) -> BoxFuture<'a, Result<SavedCard, CardError>> {
        let saved = last4(token).map(|last4| SavedCard {
            token: token.clone(),
            brand: "visa".to_owned(),
            last4: Some(last4.to_owned()),
            expiry: Some(Expiry { month: 12, year: 2039 }),
        });
        std::future::ready(saved.ok_or(CardError::Refused)).boxed()
    }

    fn forget<'a>(&'a self, _: &'a PaymentToken) -> BoxFuture<'a, Result<(), CardError>> {
        std::future::ready(Ok(())).boxed()
    }
}

/// A bank that declines a card at once does not let it be saved either.
fn last4(token: &PaymentToken) -> Option<&'static str> {
    match token.as_str() {
        test_tokens::APPROVED => Some("4242"),
        test_tokens::INSUFFICIENT_FUNDS => Some("9995"),
        test_tokens::TIMEOUT => Some("0119"),
        test_tokens::LATE => Some("0127"),
        test_tokens::CAPTURE_FAILS => Some("0341"),
        _ => None,
    }
}
