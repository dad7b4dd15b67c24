//! A browser wants to be told.

use base64::Engine;
use base64::alphabet::URL_SAFE;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use contracts::api::notifications::{NewPushSubscription, PushSubscriptionView};
use diesel_async::AsyncConnection;
use kernel::UserId;
use platform::StoreError;
use uuid::Uuid;

use super::App;
use crate::channel::Browser;
use crate::channel::push::is_public_key;
use crate::store;

/// Nobody looks at more, and a push goes to all of them.
const AT_MOST: usize = 10;

/// Longer than any push service's.
const LONGEST_ENDPOINT: usize = 1_024;

/// Browsers leave the padding away; libraries don't.
const BASE64URL: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

#[derive(Debug, thiserror::Error)]
pub enum SubscribeError {
    #[error("{field} {why}")]
    Invalid { field: &'static str, why: String },
    /// Who knows only the endpoint can't take it over.
    #[error("another browser has this endpoint")]
    EndpointTaken,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<diesel::result::Error> for SubscribeError {
    fn from(error: diesel::result::Error) -> Self {
        Self::Store(error.into())
    }
}

/// The oldest one goes when there are more than a person can have open.
pub async fn subscribe(
    app: &App,
    user: UserId,
    new: &NewPushSubscription,
) -> Result<PushSubscriptionView, SubscribeError> {
    let browser = browser(app, new)?;
    let mut conn = app.database.connect().await?;
    conn.transaction(async |conn| {
        let saved = store::subscription_save(conn, user, &browser, app.clock.now()).await?;
        let (id, created_at) = saved.ok_or(SubscribeError::EndpointTaken)?;
        let all = store::subscriptions_list(conn, user).await?;
        let others = all.iter().map(|one| one.id).filter(|one| *one != id);
        let too_many: Vec<Uuid> = others.skip(AT_MOST - 1).collect();
        store::subscriptions_delete(conn, &too_many).await?;
        Ok(PushSubscriptionView { id, endpoint: browser.endpoint.clone(), created_at })
    })
    .await
}

fn browser(app: &App, new: &NewPushSubscription) -> Result<Browser, SubscribeError> {
    let invalid = |field, why: &str| SubscribeError::Invalid { field, why: why.to_owned() };
    let endpoint = app.outbound.check(&new.endpoint).map_err(|why| invalid("endpoint", &why.to_string()))?;
    if endpoint.as_str().len() > LONGEST_ENDPOINT {
        return Err(invalid("endpoint", "must have at most 1024 characters"));
    }
    let decoded = |text: &str| BASE64URL.decode(text).unwrap_or_default();
    let (p256dh, auth) = (decoded(&new.keys.p256dh), decoded(&new.keys.auth));
    if !is_public_key(&p256dh) {
        return Err(invalid("keys.p256dh", "must be a P-256 public key in base64url"));
    }
    if auth.len() != 16 {
        return Err(invalid("keys.auth", "must be 16 bytes in base64url"));
    }
    Ok(Browser { id: Uuid::now_v7(), endpoint: endpoint.into(), p256dh, auth })
}
