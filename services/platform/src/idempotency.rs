//! `Idempotency-Key`: a request that is sent twice has its effect once and gets the same answer.
//!
//! The key is remembered in the transaction of the effect, so both are there or neither.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderName, LOCATION};
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use diesel::prelude::*;
use diesel_async::{AsyncConnection, RunQueryDsl};
use futures::future::BoxFuture;
use kernel::UserId;
use serde::Serialize;

use crate::locks::try_lock;
use crate::schema::idempotency_keys;
use crate::{Connection, Database, Problem};

const HEADER: &str = "idempotency-key";
const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");

/// The header's value: 1 to 200 visible ASCII characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdempotencyKey(pub String);

impl FromRequest for IdempotencyKey {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let missing =
            || Problem::malformed("idempotency-key-missing", "This request needs an Idempotency-Key header");
        let wrong = || {
            Problem::malformed("idempotency-key-invalid", "An Idempotency-Key is 1 to 200 visible characters")
        };
        ready(request.headers().get(HEADER).ok_or_else(missing).and_then(|value| {
            let key = value.to_str().map_err(|_| wrong())?;
            let fits = (1..=200).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic());
            if fits { Ok(Self(key.to_owned())) } else { Err(wrong()) }
        }))
    }
}

/// Who asked what, under which key.
pub struct Attempt<'a> {
    pub principal: UserId,
    /// Method and route pattern: `POST /api/v1/orders`.
    pub route: &'static str,
    pub key: &'a IdempotencyKey,
    /// SHA-256 of the request's content.
    pub request_hash: [u8; 32],
}

/// An answer that can be given again.
#[derive(Clone, Debug, PartialEq, Queryable, Selectable)]
#[diesel(table_name = idempotency_keys)]
pub struct Answer {
    status: i16,
    body: serde_json::Value,
    location: Option<String>,
}

impl Answer {
    pub fn created(body: &impl Serialize, location: String) -> Self {
        let body = serde_json::to_value(body).expect("views are plain data");
        Self { status: 201, body, location: Some(location) }
    }

    pub fn accepted(body: &impl Serialize) -> Self {
        let body = serde_json::to_value(body).expect("views are plain data");
        Self { status: 202, body, location: None }
    }

    /// `replayed`: it was given before.
    fn response(&self, replayed: bool) -> HttpResponse {
        let status = u16::try_from(self.status).ok().and_then(|status| StatusCode::from_u16(status).ok());
        let mut response = HttpResponse::build(status.unwrap_or(StatusCode::OK));
        if let Some(location) = &self.location {
            response.insert_header((LOCATION, location.as_str()));
        }
        if replayed {
            response.insert_header((REPLAYED, "true"));
        }
        response.json(&self.body)
    }
}

/// In one transaction: gives the answer that the key has, or runs `work` and remembers its answer.
///
/// The same key with other content is 422; a twin of this request that is still under way is 409.
/// An error of `work` is not remembered, for it changed nothing.
pub async fn once<F>(database: &Database, attempt: Attempt<'_>, work: F) -> Result<HttpResponse, Problem>
where
    F: for<'c> FnOnce(&'c mut Connection) -> BoxFuture<'c, Result<Answer, Problem>> + Send,
{
    let mut conn = database.connect().await?;
    let (answer, replayed) = conn
        .transaction(async |conn| {
            if let Some(answer) = find_answer(conn, &attempt).await? {
                return Ok((answer, true));
            }
            let answer = work(conn).await?;
            remember(conn, &attempt, &answer).await?;
            Ok::<_, Problem>((answer, false))
        })
        .await?;
    Ok(answer.response(replayed))
}

async fn find_answer(conn: &mut Connection, attempt: &Attempt<'_>) -> Result<Option<Answer>, Problem> {
    let name = format!("{}\n{}\n{}", attempt.principal, attempt.route, attempt.key.0);
    if !try_lock(&name, conn).await? {
        let in_flight = Problem::conflict("idempotency-key-in-flight", "The same request is still under way");
        return Err(in_flight);
    }
    let found: Option<(Vec<u8>, Answer)> = idempotency_keys::table
        .find((attempt.principal.0, attempt.route, &attempt.key.0))
        .select((idempotency_keys::request_hash, Answer::as_select()))
        .first(conn)
        .await
        .optional()?;
    match found {
        None => Ok(None),
        Some((hash, answer)) if hash == attempt.request_hash => Ok(Some(answer)),
        Some(_) => Err(Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "idempotency-key-reused",
            "This Idempotency-Key was used for another request",
        )),
    }
}

async fn remember(conn: &mut Connection, attempt: &Attempt<'_>, answer: &Answer) -> QueryResult<()> {
    diesel::insert_into(idempotency_keys::table)
        .values((
            idempotency_keys::principal.eq(attempt.principal.0),
            idempotency_keys::route.eq(attempt.route),
            idempotency_keys::key.eq(&attempt.key.0),
            idempotency_keys::request_hash.eq(attempt.request_hash.as_slice()),
            idempotency_keys::status.eq(answer.status),
            idempotency_keys::body.eq(&answer.body),
            idempotency_keys::location.eq(&answer.location),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

/// SHA-256 of what the request asks for.
pub fn hash_of(request: &impl Serialize) -> [u8; 32] {
    use aws_lc_rs::digest::{SHA256, digest};
    let bytes = serde_json::to_vec(request).expect("requests are plain data");
    digest(&SHA256, &bytes).as_ref().try_into().expect("SHA-256 has 32 bytes")
}
