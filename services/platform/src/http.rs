//! The two HTTP servers of a role: business, and administration (health, metrics) on a port of its own.

use std::net::{SocketAddr, TcpListener};

use actix_web::body::MessageBody;
use actix_web::dev::{Server, ServiceRequest, ServiceResponse};
use actix_web::error::JsonPayloadError;
use actix_web::http::{ConnectionType, Method, StatusCode};
use actix_web::middleware::{Next, from_fn};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, ResponseError, web};
use contracts::Role;
use futures::StreamExt;
use tokio_util::sync::CancellationToken;
use tracing_actix_web::TracingLogger;

use crate::Problem;
use crate::auth::TokenVerifier;
use crate::health::Health;
use crate::metrics::{self, Counted, Scrape};
use crate::tls::Tls;
use crate::tls::caller::{self, Door};
use crate::traces;

/// No JSON body of ours is near it.
pub const BODY_LIMIT: usize = 64 * 1024;

/// What anyone may ask the administration port: the kubelet has no certificate.
pub(crate) const HEALTH: [&str; 3] = ["/livez", "/readyz", "/startupz"];

/// Registers a service's routes; called once per worker thread.
pub type Routes = std::sync::Arc<dyn Fn(&mut web::ServiceConfig) + Send + Sync>;

pub(crate) fn business(
    role: Role,
    listener: TcpListener,
    tokens: TokenVerifier,
    tls: Option<&Tls>,
    workers: usize,
    leaving: CancellationToken,
    routes: Routes,
) -> std::io::Result<(Server, SocketAddr)> {
    let address = listener.local_addr()?;
    let door = Door::of_business(role, tls);
    let server = HttpServer::new(move || {
        let (routes, door, leaving) = (routes.clone(), door.clone(), leaving.clone());
        App::new()
            .wrap(from_fn(move |request, next| door.clone().pass(request, next)))
            .wrap(from_fn(move |request, next| measured(role, request, next)))
            .wrap(TracingLogger::<QuietRootSpan>::new())
            .wrap(from_fn(move |request, next| sent_elsewhere(leaving.clone(), request, next)))
            .configure(|config| common(config, &tokens))
            .configure(|config| routes(config))
    })
    .workers(workers)
    .on_connect(caller::noted);
    let server = match tls {
        None => server.listen(listener)?,
        Some(tls) => server.listen_rustls_0_23(listener, tls.server())?,
    }
    .disable_signals()
    .shutdown_timeout(10)
    .run();
    Ok((server, address))
}

/// What extractors need, and the answer where there is no route.
fn common(config: &mut web::ServiceConfig, tokens: &TokenVerifier) {
    config
        .app_data(web::Data::new(tokens.clone()))
        .app_data(web::JsonConfig::default().limit(BODY_LIMIT).error_handler(json_problem))
        .app_data(web::PathConfig::default().error_handler(|_, _| Problem::not_found().into()))
        .app_data(web::QueryConfig::default().error_handler(|error, _| {
            Problem::malformed("invalid-query", "The query string is not valid")
                .detail(error.to_string())
                .into()
        }))
        .default_service(web::to(async || Problem::not_found().error_response()));
}

pub(crate) fn administration(
    listener: TcpListener,
    tokens: TokenVerifier,
    health: Health,
    scrape: Scrape,
    routes: Routes,
) -> std::io::Result<(Server, SocketAddr)> {
    let address = listener.local_addr()?;
    let tls = scrape.tls.clone();
    let door = Door::of_administration(tls.as_ref());
    let server = HttpServer::new(move || {
        let (routes, scrape, door) = (routes.clone(), web::Data::new(scrape.clone()), door.clone());
        App::new()
            .wrap(from_fn(move |request, next| door.clone().pass(request, next)))
            .configure(|config| common(config, &tokens))
            .app_data(web::Data::new(health.clone()))
            .app_data(scrape)
            .route(HEALTH[0], web::get().to(async || "ok"))
            .route(HEALTH[1], web::get().to(ready))
            .route(HEALTH[2], web::get().to(ready))
            .route("/metrics", web::get().to(async |scrape: web::Data<Scrape>| scrape.answer()))
            .configure(|config| routes(config))
    })
    .workers(1)
    .on_connect(caller::noted);
    let server = match tls {
        None => server.listen(listener)?,
        Some(tls) => server.listen_rustls_0_23(listener, tls.open_server())?,
    }
    .disable_signals()
    .shutdown_timeout(1)
    .run();
    Ok((server, address))
}

async fn ready(health: web::Data<Health>) -> HttpResponse {
    let closed = health.closed();
    if closed.is_empty() {
        HttpResponse::Ok().body("ok")
    } else {
        HttpResponse::ServiceUnavailable().json(closed)
    }
}

/// One span per request: for the collector, or else for debugging, since routine requests are counted and not logged.
struct QuietRootSpan;

impl tracing_actix_web::RootSpanBuilder for QuietRootSpan {
    fn on_request_start(request: &ServiceRequest) -> tracing::Span {
        if traces::on() {
            let route = request.match_pattern();
            return traces::request(request, known(request.method()), route.as_deref().unwrap_or(NO_ROUTE));
        }
        tracing_actix_web::root_span!(level = tracing::Level::DEBUG, request)
    }

    fn on_request_end<B: MessageBody>(
        span: tracing::Span,
        outcome: &Result<ServiceResponse<B>, actix_web::Error>,
    ) {
        if traces::on() {
            return traces::answered(&span, status_of(outcome).as_u16());
        }
        tracing_actix_web::DefaultRootSpanBuilder::on_request_end(span, outcome);
    }
}

/// A route that does not exist is a stranger's text.
const NO_ROUTE: &str = "none";

/// So is a method that we do not serve.
fn known(method: &Method) -> &str {
    if method.is_safe() || method.is_idempotent() || method == "POST" { method.as_str() } else { "other" }
}

fn status_of<B>(outcome: &Result<ServiceResponse<B>, actix_web::Error>) -> StatusCode {
    match outcome {
        Ok(response) => response.status(),
        Err(error) => error.as_response_error().status_code(),
    }
}

async fn measured(
    role: Role,
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let started = std::time::Instant::now();
    let _under_way = Counted::by(metrics::HTTP_REQUESTS_IN_FLIGHT.with_label_values(&[role.name()]));
    let method = request.method().clone();
    let outcome = next.call(request).await;
    let route = outcome.as_ref().ok().and_then(|response| response.request().match_pattern());
    let (route, status) = (route.as_deref().unwrap_or(NO_ROUTE), status_of(&outcome));
    metrics::HTTP_REQUESTS.with_label_values(&[role.name()]).inc();
    metrics::HTTP_REQUEST_SECONDS
        .with_label_values(&[role.name(), known(&method), route, status.as_str()])
        .observe(started.elapsed().as_secs_f64());
    outcome
}

/// Once we are leaving, the answer is the last on its connection.
async fn sent_elsewhere<B: MessageBody>(
    leaving: CancellationToken,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, actix_web::Error> {
    let mut response = next.call(request).await?;
    if leaving.is_cancelled() {
        response.response_mut().head_mut().set_connection_type(ConnectionType::Close);
    }
    Ok(response)
}

fn json_problem(error: JsonPayloadError, _: &HttpRequest) -> actix_web::Error {
    match &error {
        JsonPayloadError::Overflow { .. } | JsonPayloadError::OverflowKnownLength { .. } => too_large(),
        JsonPayloadError::ContentType => Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported-media-type",
            "The content must be application/json",
        ),
        JsonPayloadError::Deserialize(wrong) if wrong.is_data() => {
            Problem::invalid().detail(wrong.to_string())
        }
        _ => Problem::malformed("malformed-body", "The request's content is not JSON"),
    }
    .into()
}

/// A request's content, in memory. Ends at the limit, whatever length the sender has declared.
pub async fn limited(mut payload: web::Payload, limit: usize) -> Result<web::Bytes, Problem> {
    let mut content = web::BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk =
            chunk.map_err(|_| Problem::malformed("malformed-body", "The request's content broke off"))?;
        if content.len() + chunk.len() > limit {
            return Err(too_large());
        }
        content.extend_from_slice(&chunk);
    }
    Ok(content.freeze())
}

/// 413, for bodies over [`BODY_LIMIT`].
pub fn too_large() -> Problem {
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "body-too-large", "The request's content is too large")
}
