//! How the caller wants to be told.

use actix_web::HttpResponse;
use actix_web::web::{Data, Json};
use contracts::api::notifications::NotificationPreferences;
use platform::Problem;
use platform::auth::Principal;
use platform::etag::{IfMatch, etag, precondition_failed};

use crate::app::{App, ChangePreferencesError, change_preferences};
use crate::domain::{Choice, Phone};
use crate::store;

pub async fn show(app: Data<App>, caller: Principal) -> Result<HttpResponse, Problem> {
    let mut conn = app.database.connect().await?;
    Ok(answer(&store::preferences_find(&mut conn, caller.user_id).await?))
}

pub async fn change(
    app: Data<App>,
    caller: Principal,
    seen: IfMatch,
    wanted: Json<NotificationPreferences>,
) -> Result<HttpResponse, Problem> {
    let choice = choice(&wanted)?;
    Ok(answer(&change_preferences(&app.database, caller.user_id, &seen, choice).await?))
}

fn choice(wanted: &NotificationPreferences) -> Result<Choice, Problem> {
    let phone = wanted.phone.as_deref().map(Phone::parse).transpose();
    let phone = phone.map_err(|error| Problem::invalid().field("phone", error))?;
    if wanted.order_news.sms && phone.is_none() {
        return Err(Problem::invalid().field("phone", "is needed for news by SMS"));
    }
    Ok(Choice { locale: wanted.locale, phone, order_news: wanted.order_news, version: 0 })
}

fn answer(choice: &Choice) -> HttpResponse {
    HttpResponse::Ok().insert_header(etag(choice.version)).json(NotificationPreferences {
        locale: choice.locale,
        phone: choice.phone.as_ref().map(|phone| phone.as_str().to_owned()),
        order_news: choice.order_news,
    })
}

impl From<ChangePreferencesError> for Problem {
    fn from(error: ChangePreferencesError) -> Self {
        match error {
            ChangePreferencesError::Changed => precondition_failed(),
            ChangePreferencesError::Store(error) => error.into(),
        }
    }
}
