//! Saved means of payment: PayPal's vault makes a payment token of the setup token that its form gives.

use contracts::api::payments::PaymentToken;
use futures::FutureExt;
use futures::future::BoxFuture;
use kernel::UserId;
use serde::Deserialize;
use serde_json::json;

use super::PayPal;
use super::api::Failure;
use crate::provider::cards::{CardError, Cards, Expiry, SavedCard};

#[derive(Deserialize)]
struct Vaulted {
    id: String,
    payment_source: Source,
}

#[derive(Deserialize)]
struct Source {
    card: Option<Card>,
}

#[derive(Deserialize)]
struct Card {
    #[serde(default)]
    brand: String,
    last_digits: Option<String>,
    /// `2027-02`.
    expiry: Option<String>,
}

impl Cards for PayPal {
    fn save<'a>(
        &'a self,
        customer: UserId,
        token: &'a PaymentToken,
        _: Option<&'a PaymentToken>,
    ) -> BoxFuture<'a, Result<SavedCard, CardError>> {
        async move {
            let body = json!({
                "customer": { "merchant_customer_id": customer.to_string() },
                "payment_source": { "token": { "id": token.as_str(), "type": "SETUP_TOKEN" } },
            });
            let under = format!("save:{}", token.as_str());
            let vaulted: Vaulted =
                self.api.post(&["v3", "vault", "payment-tokens"], &under, &body).await.map_err(error)?;
            saved(vaulted).ok_or(CardError::Refused)
        }
        .boxed()
    }

    fn forget<'a>(&'a self, token: &'a PaymentToken) -> BoxFuture<'a, Result<(), CardError>> {
        async move {
            let id = token.as_str().split_once('-').map_or(token.as_str(), |(_, id)| id);
            match self.api.delete(&["v3", "vault", "payment-tokens", id]).await {
                // Refused: there is none.
                Ok(_) | Err(Failure::Refused(_)) => Ok(()),
                Err(Failure::Unknown | Failure::Unauthorized) => Err(CardError::Unavailable),
            }
        }
        .boxed()
    }
}

fn saved(vaulted: Vaulted) -> Option<SavedCard> {
    let kind = if vaulted.payment_source.card.is_some() { "card" } else { "paypal" };
    let token = PaymentToken::parse(&format!("{kind}-{}", vaulted.id)).ok()?;
    Some(match vaulted.payment_source.card {
        Some(card) => SavedCard {
            token,
            brand: card.brand.to_lowercase(),
            last4: card.last_digits,
            expiry: card.expiry.as_deref().and_then(expiry),
        },
        None => SavedCard { token, brand: "paypal".to_owned(), last4: None, expiry: None },
    })
}

fn expiry(text: &str) -> Option<Expiry> {
    let (year, month) = text.split_once('-')?;
    Some(Expiry { month: month.parse().ok()?, year: year.parse().ok()? })
}

fn error(failure: Failure) -> CardError {
    match failure {
        Failure::Refused(_) => CardError::Refused,
        Failure::Unknown | Failure::Unauthorized => CardError::Unavailable,
    }
}
