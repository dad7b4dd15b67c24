//! Where requests come in, without a network between.

use std::convert::Infallible;
use std::task::{Context, Poll};

use futures::channel::mpsc::UnboundedReceiver;
use futures::future::BoxFuture;
use futures::{FutureExt, StreamExt};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::{Bytes, Frame};
use hyper::{Request, Response};
use kube::client::Body;
use serde_json::Value;
use tower::{BoxError, Service};

use super::{Asked, FakeApi, State, Weather, answers};

type Page = Response<UnsyncBoxBody<Bytes, Infallible>>;

#[derive(Clone)]
pub struct Door(pub FakeApi);

enum Answer {
    Object(u16, Value),
    Events(UnboundedReceiver<Bytes>),
    Nobody,
    Nothing,
}

impl Service<Request<Body>> for Door {
    type Response = Page;
    type Error = BoxError;
    type Future = BoxFuture<'static, Result<Page, BoxError>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let api = self.0.clone();
        async move {
            let (parts, body) = request.into_parts();
            let asked = Asked::new(&parts, &body.collect().await?.to_bytes());
            match api.with(|state| answer(state, asked)) {
                Answer::Object(code, value) => Ok(page(code, Full::from(value.to_string()).boxed_unsync())),
                Answer::Events(events) => {
                    let frames = events.map(|line| Ok(Frame::data(line)));
                    Ok(page(200, StreamBody::new(frames).boxed_unsync()))
                }
                Answer::Nobody => Err("connection refused".into()),
                Answer::Nothing => std::future::pending().await,
            }
        }
        .boxed()
    }
}

fn page(code: u16, body: UnsyncBoxBody<Bytes, Infallible>) -> Page {
    Response::builder().status(code).header("content-type", "application/json").body(body).unwrap()
}

fn answer(state: &mut State, asked: Asked) -> Answer {
    match state.weather {
        Weather::Fair => {}
        Weather::Away => return Answer::Nobody,
        Weather::Silent => return Answer::Nothing,
    }
    state.asked.push(asked.clone());
    let State { store, faults, permits, watching, .. } = state;
    if let Some((code, refusal)) = permits.refuse(&asked, store) {
        return Answer::Object(code, refusal);
    }
    if let Some((code, special)) = faults.iter_mut().find_map(|fault| fault(&asked, store)) {
        return Answer::Object(code, special);
    }
    if asked.watches() {
        return Answer::Events(watching.begin(&asked));
    }
    let (code, value) = answers::answer(store, &asked);
    Answer::Object(code, value)
}
