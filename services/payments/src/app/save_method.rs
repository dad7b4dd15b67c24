//! Means of payment that a customer keeps at the provider.

use actix_web::http::StatusCode;
use contracts::api::payments::{PaymentMethodView, PaymentToken};
use kernel::{Clock, PaymentMethodId, UserId};
use platform::idempotency::hash_of;
use platform::{Database, Problem};

use crate::provider::{CardError, Chosen};
use crate::store;

/// Enough for a household; whoever tries out stolen cards needs more.
const MOST: usize = 20;

#[derive(Clone)]
pub struct Wallet {
    pub database: Database,
    pub clock: Clock,
    pub chosen: Chosen,
}

impl Wallet {
    fn provider(&self) -> &'static str {
        self.chosen.provider.name()
    }

    pub async fn list(&self, customer: UserId) -> Result<Vec<PaymentMethodView>, Problem> {
        let mut conn = self.database.connect().await?;
        Ok(store::methods_list(&mut conn, customer, self.provider()).await?)
    }

    /// What was saved before stays as it was; whether this one is new. The provider is asked outside any transaction.
    pub async fn save(
        &self,
        customer: UserId,
        token: &PaymentToken,
    ) -> Result<(PaymentMethodView, bool), Problem> {
        let source = hash_of(&token.as_str());
        let (known, earlier) = {
            let mut conn = self.database.connect().await?;
            let known = store::method_find_by_source(&mut conn, customer, self.provider(), source).await?;
            (known, store::method_newest_token(&mut conn, customer, self.provider()).await?)
        };
        if let Some(known) = known {
            return Ok((known, false));
        }
        if self.list(customer).await?.len() >= MOST {
            return Err(Problem::conflict(
                "too-many-payment-methods",
                "Remove a saved means of payment first",
            ));
        }
        let card = self.chosen.cards.save(customer, token, earlier.as_ref()).await.map_err(problem)?;
        let mut conn = self.database.connect().await?;
        let now = self.clock.now();
        store::method_insert(&mut conn, customer, self.provider(), source, &card, now).await?;
        let saved = store::method_find_by_source(&mut conn, customer, self.provider(), source).await?;
        saved.map(|saved| (saved, true)).ok_or_else(Problem::internal)
    }

    /// First the provider forgets it, then we do: it never is at the provider without anybody who knows of it.
    pub async fn remove(&self, customer: UserId, id: PaymentMethodId) -> Result<(), Problem> {
        let token = {
            let mut conn = self.database.connect().await?;
            store::method_token(&mut conn, customer, id).await?.ok_or_else(Problem::not_found)?
        };
        self.chosen.cards.forget(&token).await.map_err(problem)?;
        let mut conn = self.database.connect().await?;
        Ok(store::method_delete(&mut conn, customer, id).await?)
    }
}

fn problem(error: CardError) -> Problem {
    match error {
        CardError::Refused => Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "payment-method-refused",
            "The provider does not take this means of payment",
        ),
        CardError::Unavailable => Problem::unavailable(),
    }
}
