//! The HTTP port for kubelet and Prometheus: `/livez`, `/readyz`, `/metrics`. Plain hyper, for it is three pages.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::failure::Failure;
use crate::health::Health;
use crate::metrics::Metrics;

/// A scraper holds one connection, a probe opens one a time: more than this is somebody else's mistake.
const CONNECTIONS: usize = 32;

pub struct Admin {
    pub health: Health,
    pub metrics: Metrics,
}

pub async fn listen(address: SocketAddr) -> Result<TcpListener, Failure> {
    TcpListener::bind(address)
        .await
        .map_err(|error| Failure::run(format!("could not listen on {address}: {error}")))
}

/// Serves until it is dropped, which also ends the connections.
pub async fn serve(listener: TcpListener, admin: Admin) -> Infallible {
    let admin = Arc::new(admin);
    let mut connections = JoinSet::new();
    loop {
        while connections.try_join_next().is_some() {}
        if connections.len() >= CONNECTIONS {
            connections.join_next().await;
        }
        match listener.accept().await {
            Ok((stream, _)) => drop(connections.spawn(connection(stream, admin.clone()))),
            // Out of file descriptors: accepting again at once would spin.
            Err(_) => tokio::time::sleep(Duration::from_millis(200)).await,
        }
    }
}

async fn connection(stream: TcpStream, admin: Arc<Admin>) {
    let service = service_fn(move |request| {
        let answer = answer(&request, &admin);
        async move { Ok::<_, Infallible>(answer) }
    });
    // A peer that hangs up mid-request is no concern of ours.
    let _ = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(Duration::from_secs(60))
        .max_buf_size(16 * 1024)
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

fn answer(request: &Request<Incoming>, admin: &Admin) -> Response<Full<Bytes>> {
    if request.method() != Method::GET && request.method() != Method::HEAD {
        return page(StatusCode::METHOD_NOT_ALLOWED, "GET only\n");
    }
    match request.uri().path() {
        "/livez" => probe(admin.health.live()),
        "/readyz" => probe(admin.health.ready()),
        "/metrics" => page(StatusCode::OK, admin.metrics.text()),
        _ => page(StatusCode::NOT_FOUND, "there are /livez, /readyz and /metrics\n"),
    }
}

fn probe(outcome: Result<(), String>) -> Response<Full<Bytes>> {
    match outcome {
        Ok(()) => page(StatusCode::OK, "ok\n"),
        Err(why) => page(StatusCode::SERVICE_UNAVAILABLE, format!("{why}\n")),
    }
}

fn page(status: StatusCode, text: impl Into<Bytes>) -> Response<Full<Bytes>> {
    Response::builder()
        .status(status)
        .header("content-type", "text/plain; version=0.0.4; charset=utf-8")
        .body(Full::new(text.into()))
        .expect("the parts are valid")
}
