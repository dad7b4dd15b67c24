//! Styles, scripts and pictures, compiled in from static/.

use std::fmt::Write;
use std::sync::LazyLock;

use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETag, EntityTag, Header, IfNoneMatch};
use actix_web::{HttpRequest, HttpResponse, web};
use aws_lc_rs::digest::{Context, SHA256};
use rust_embed::RustEmbed;

use crate::pages;

#[derive(RustEmbed)]
#[folder = "static/"]
struct Static;

/// Changes when any of the files does; part of their addresses, so that browsers keep them without asking.
static VERSION: LazyLock<String> = LazyLock::new(|| {
    let mut all = Context::new(&SHA256);
    let mut paths: Vec<_> = Static::iter().collect();
    paths.sort();
    for path in paths {
        let file = Static::get(&path).expect("it was listed");
        all.update(path.as_bytes());
        all.update(&file.metadata.sha256_hash());
    }
    hex(&all.finish().as_ref()[..6])
});

/// Where the pages find them: scripts that import each other by relative paths stay within one version.
pub static BASE: LazyLock<String> = LazyLock::new(|| format!("/assets/v-{}", *VERSION));

/// Bootstrap is fetched, not committed: a build without it works, but looks bare.
pub fn complete() -> bool {
    Static::get("vendor/bootstrap.min.css").is_some()
}

/// `/assets/<path>` or `/assets/v-<version>/<path>`.
pub async fn asset(request: HttpRequest, path: web::Path<String>) -> HttpResponse {
    let (version, path) = match path.strip_prefix("v-").and_then(|path| path.split_once('/')) {
        Some((version, path)) => (Some(version), path),
        None => (None, path.as_str()),
    };
    let Some(file) = Static::get(path) else { return pages::not_found().await };

    // Weak: the same file is sent compressed and plain.
    let tag = EntityTag::new_weak(hex(&file.metadata.sha256_hash()[..16]));
    // Of another version, during an update: the right file may be the other pod's, so it must not stay.
    let caching =
        if version == Some(VERSION.as_str()) { "public, max-age=31536000, immutable" } else { "no-cache" };
    let known = match IfNoneMatch::parse(&request) {
        Ok(IfNoneMatch::Any) => true,
        Ok(IfNoneMatch::Items(tags)) => tags.iter().any(|known| known.weak_eq(&tag)),
        Err(_) => false,
    };
    let mut answer = if known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    answer.insert_header(ETag(tag)).insert_header((CACHE_CONTROL, caching));
    if known {
        return answer.finish();
    }
    answer.insert_header((CONTENT_TYPE, content_type(path))).body(file.data.into_owned())
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit_once('.') {
        Some((_, "css")) => "text/css; charset=utf-8",
        Some((_, "js")) => "text/javascript; charset=utf-8",
        Some((_, "svg")) => "image/svg+xml",
        _ => "application/octet-stream",
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a string takes every text");
        text
    })
}
