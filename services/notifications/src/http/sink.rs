//! What would have been sent, for a browser on the administration port.

use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use actix_web::web::{Data, Path, Query};
use askama::Template;
use platform::{Database, Problem};
use serde::Deserialize;

use crate::store::{self, SinkMessage};

const PER_PAGE: usize = 50;

/// What a mail shows is a stranger's: no script runs, nothing is fetched.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'";

#[derive(Template)]
#[template(path = "sink_list.html")]
struct List {
    messages: Vec<SinkMessage>,
    older: Option<i64>,
}

#[derive(Template)]
#[template(path = "sink_message.html")]
struct One {
    message: SinkMessage,
}

#[derive(Deserialize)]
pub struct Page {
    before: Option<i64>,
}

pub async fn list(database: Data<Database>, page: Query<Page>) -> Result<HttpResponse, Problem> {
    let mut conn = database.connect().await?;
    let rows = i64::try_from(PER_PAGE).expect("a page is short") + 1;
    let mut messages = store::sink_list(&mut conn, page.before, rows).await?;
    let more = messages.len() > PER_PAGE;
    messages.truncate(PER_PAGE);
    let older = messages.as_slice().last().filter(|_| more).map(|last| last.position);
    Ok(html(&List { messages, older }))
}

pub async fn show(database: Data<Database>, position: Path<i64>) -> Result<HttpResponse, Problem> {
    let mut conn = database.connect().await?;
    let found = store::sink_find(&mut conn, *position).await?;
    found.map(|message| html(&One { message })).ok_or_else(Problem::not_found)
}

fn html(page: &impl Template) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/html; charset=utf-8"))
        .insert_header((CONTENT_SECURITY_POLICY, POLICY))
        .insert_header((CACHE_CONTROL, "no-store"))
        .body(page.render().expect("the pages write to memory"))
}
