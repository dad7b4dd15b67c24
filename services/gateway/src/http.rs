//! The gateway's routes, made from the table.

mod answers;
mod paths;
mod payments;

use actix_web::guard::{self, Guard};
use actix_web::http::Method;
use actix_web::http::header::ALLOW;
use actix_web::middleware::from_fn;
use actix_web::web::{self, Data, Payload, ReqData, ServiceConfig};
use actix_web::{FromRequest, HttpRequest, HttpResponse, Resource, ResponseError};
use contracts::Role;
use contracts::api::users::UserRole;
use platform::Problem;
use platform::auth::Principal;
use platform::http::BODY_LIMIT;

use self::answers::RequestId;
use crate::app::Payments;
use crate::proxy::Proxy;
use crate::routes::{Access, ROUTES, Route, Target};

#[derive(Clone)]
pub struct Gateway {
    pub proxy: Proxy,
    pub payments: Payments,
}

pub fn routes(config: &mut ServiceConfig, gateway: Gateway) {
    let mut all = web::scope("")
        .app_data(Data::new(gateway))
        .wrap(from_fn(paths::only_plain))
        .wrap(from_fn(answers::complete));
    for rows in ROUTES.chunk_by(|one, next| one.pattern == next.pattern) {
        all = all.service(resource(rows));
    }
    config.service(
        all.service(web::resource("/api/{unknown:.*}").to(async || Problem::not_found().error_response()))
            .service(page("/{page:.*}")),
    );
}

/// All rows of one pattern; other methods are 405.
fn resource(rows: &'static [Route]) -> Resource {
    let mut resource = web::resource(rows[0].pattern);
    for row in rows {
        let route = web::route().guard(answers(&row.method));
        resource = resource.route(match row.target {
            Target::Upstream(role) => {
                route.to(move |gateway, id, request: HttpRequest, payload| async move {
                    admitted(row.access, &request).await?;
                    passed_on(role, gateway, id, &request, payload, row.body_limit).await
                })
            }
            Target::SubmitPayment => route.to(payments::submit),
        });
    }
    let methods: Vec<&str> = rows.iter().map(|row| row.method.as_str()).collect();
    let allowed = methods.join(", ");
    resource.default_service(web::to(move || std::future::ready(not_allowed(&allowed))))
}

fn page(pattern: &str) -> Resource {
    let get = web::route().guard(answers(&Method::GET));
    let pages = get.to(async |gateway, id, request: HttpRequest, payload| {
        passed_on(Role::Storefront, gateway, id, &request, payload, BODY_LIMIT).await
    });
    web::resource(pattern)
        .route(pages)
        .default_service(web::to(|| std::future::ready(not_allowed("GET, HEAD"))))
}

fn answers(method: &Method) -> impl Guard + use<> {
    let any = guard::Any(guard::Method(method.clone()));
    if method == Method::GET { any.or(guard::Head()) } else { any }
}

async fn admitted(access: Access, request: &HttpRequest) -> Result<(), Problem> {
    match access {
        Access::Public => Ok(()),
        Access::LoggedIn => Principal::extract(request).await.map(drop),
        Access::As(role) => Principal::extract(request).await?.require(role),
        Access::Staff => {
            let person = Principal::extract(request).await?;
            person.require(UserRole::Admin).or_else(|_| person.require(UserRole::Support))
        }
    }
}

async fn passed_on(
    role: Role,
    gateway: Data<Gateway>,
    id: ReqData<RequestId>,
    request: &HttpRequest,
    payload: Payload,
    body_limit: usize,
) -> Result<HttpResponse, Problem> {
    gateway.proxy.pass_on(role, request, id.0, payload, body_limit).await
}

fn not_allowed(allowed: &str) -> HttpResponse {
    let problem = Problem::new(
        actix_web::http::StatusCode::METHOD_NOT_ALLOWED,
        "method-not-allowed",
        "This can't be done here",
    );
    let mut response = problem.error_response();
    if let Ok(value) = allowed.parse() {
        response.headers_mut().insert(ALLOW, value);
    }
    response
}
