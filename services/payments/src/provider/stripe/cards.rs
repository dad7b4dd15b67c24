//! Saved cards: a SetupIntent ties the card to a Stripe customer of this shopper.

use contracts::api::payments::PaymentToken;
use futures::FutureExt;
use futures::future::BoxFuture;
use kernel::UserId;
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::Stripe;
use super::api::{Failure, parts};
use crate::provider::cards::{CardError, Cards, Expiry, SavedCard};

#[derive(Deserialize)]
struct Customer {
    id: String,
}

#[derive(Deserialize)]
struct SetupIntent {
    status: String,
    payment_method: Option<Method>,
}

#[derive(Deserialize)]
struct Method {
    id: String,
    card: Option<Card>,
}

#[derive(Deserialize)]
struct Card {
    brand: String,
    last4: String,
    exp_month: i16,
    exp_year: i16,
}

impl Cards for Stripe {
    fn save<'a>(
        &'a self,
        customer: UserId,
        token: &'a PaymentToken,
        earlier: Option<&'a PaymentToken>,
    ) -> BoxFuture<'a, Result<SavedCard, CardError>> {
        async move {
            let owner = match earlier.and_then(|earlier| parts(earlier).0) {
                Some(owner) => owner.to_owned(),
                None => self.new_customer(customer).await?,
            };
            let setup = self.set_up(&owner, token).await?;
            let method = setup.payment_method.filter(|_| setup.status == "succeeded");
            method.and_then(|method| saved(&owner, method)).ok_or(CardError::Refused)
        }
        .boxed()
    }

    fn forget<'a>(&'a self, token: &'a PaymentToken) -> BoxFuture<'a, Result<(), CardError>> {
        async move {
            let method = parts(token).1;
            let under = format!("detach:{method}");
            match self.api.post::<IgnoredAny>(&["payment_methods", method, "detach"], &under, &[]).await {
                // Refused: it is attached to nobody, or unknown.
                Ok(_) | Err(Failure::Refused(_)) => Ok(()),
                Err(Failure::Unknown | Failure::Unauthorized) => Err(CardError::Unavailable),
            }
        }
        .boxed()
    }
}

impl Stripe {
    async fn new_customer(&self, customer: UserId) -> Result<String, CardError> {
        let (under, id) = (format!("customer:{customer}"), customer.to_string());
        let form = [("metadata[customer_id]", id.as_str())];
        self.api.post(&["customers"], &under, &form).await.map(|made: Customer| made.id).map_err(error)
    }

    async fn set_up(&self, owner: &str, token: &PaymentToken) -> Result<SetupIntent, CardError> {
        let method = parts(token).1;
        let under = format!("setup:{owner}:{method}");
        let form = [
            ("customer", owner),
            ("payment_method", method),
            ("payment_method_types[]", "card"),
            ("usage", "off_session"),
            ("confirm", "true"),
            ("expand[]", "payment_method"),
        ];
        self.api.post(&["setup_intents"], &under, &form).await.map_err(error)
    }
}

fn saved(owner: &str, method: Method) -> Option<SavedCard> {
    let card = method.card?;
    Some(SavedCard {
        token: PaymentToken::parse(&format!("{owner}-{}", method.id)).ok()?,
        brand: card.brand,
        last4: Some(card.last4),
        expiry: Some(Expiry { month: card.exp_month, year: card.exp_year }),
    })
}

fn error(failure: Failure) -> CardError {
    match failure {
        Failure::Refused(_) => CardError::Refused,
        Failure::Unknown | Failure::Unauthorized => CardError::Unavailable,
    }
}
