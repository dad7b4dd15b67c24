//! Registration, and the profile of who asks.

use actix_web::http::header::LOCATION;
use actix_web::{HttpResponse, web};
use contracts::api::users::{Registration, UserView};
use platform::Problem;
use platform::auth::Principal;

use crate::app::find_user::find_user;
use crate::app::{Users, register};
use crate::domain::{Email, NewUser, Password, PersonName, User, roles};

pub async fn register(
    users: web::Data<Users>,
    registration: web::Json<Registration>,
) -> Result<HttpResponse, Problem> {
    let new = parse(registration.into_inner())?;
    let user = register::register(&users, new).await?;
    Ok(HttpResponse::Created().insert_header((LOCATION, "/api/v1/users/me")).json(view(user)))
}

pub async fn me(users: web::Data<Users>, principal: Principal) -> Result<web::Json<UserView>, Problem> {
    let user = find_user(&users, principal.user_id).await?;
    // A good token of an account that is gone is no log-in any more.
    let user = user.ok_or_else(|| Problem::unauthenticated("this account does not exist"))?;
    Ok(web::Json(view(user)))
}

pub fn view(user: User) -> UserView {
    UserView { id: user.id, email: user.email, name: user.name, roles: user.roles }
}

/// All that is wrong is said at once, so that a form can show it beside its fields.
fn parse(registration: Registration) -> Result<NewUser, Problem> {
    let Registration { email, name, password, is_customer, is_seller, locale } = registration;
    let parsed = (
        Email::parse(&email),
        PersonName::parse(&name),
        Password::parse(password.into()),
        roles(is_customer, is_seller),
    );
    match parsed {
        (Ok(email), Ok(name), Ok(password), Ok(roles)) => {
            Ok(NewUser { email, name, password, roles, locale })
        }
        (email, name, password, roles) => {
            let wrong = [
                email.err().map(|error| ("email", error.to_string())),
                name.err().map(|error| ("name", error.to_string())),
                password.err().map(|error| ("password", error.to_string())),
                roles.err().map(|error| ("is_customer", error.to_string())),
            ];
            let problem = Problem::invalid();
            Err(wrong.into_iter().flatten().fold(problem, |problem, (field, why)| problem.field(field, why)))
        }
    }
}
