//! A client of Prometheus' query API. One for the whole process: connections are kept and used again.
//!
//! It asks and tells apart what can come back. Whether to ask again, and when, is for whoever asks.

mod answer;
mod ask_error;
mod http;
mod server;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use operator_scaling::Moment;
use reqwest::{Client, RequestBuilder};
use url::form_urlencoded::Serializer;

use crate::metrics::Metrics;

pub use answer::Sample;
pub use ask_error::AskError;
pub use server::{Credentials, Server};

/// A client that was asked for nothing for so long is forgotten.
const UNUSED: Duration = Duration::from_secs(600);
/// A sloppy query of the user's shall not make Prometheus write out all that it knows.
const MOST_SERIES: &str = "5000";

#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// To set up a connection.
    pub connect: Duration,
    /// From the first byte sent to the last byte read.
    pub deadline: Duration,
    /// More than this is not read.
    pub body_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(2),
            deadline: Duration::from_secs(5),
            body_bytes: 4 * 1024 * 1024,
        }
    }
}

pub struct Prometheus {
    limits: Limits,
    metrics: Metrics,
    /// With the moment of its last use: certificates are replaced, and nobody comes back to the old ones.
    clients: Mutex<HashMap<http::Trust, (Client, Instant)>>,
}

impl Prometheus {
    pub fn new(metrics: Metrics) -> Self {
        Self::with_limits(metrics, Limits::default())
    }

    pub fn with_limits(metrics: Metrics, limits: Limits) -> Self {
        Self { limits, metrics, clients: Mutex::default() }
    }

    /// The series that `query` has at `at`; a scalar is one without labels. Values may be NaN or infinite.
    pub async fn instant(&self, server: &Server, query: &str, at: Moment) -> Result<Vec<Sample>, AskError> {
        let time = seconds(at);
        let form = [("query", query), ("time", &time), ("limit", MOST_SERIES)];
        self.ask(server, "query", &form).await.and_then(|body| answer::instant(&body))
    }

    /// The answer for every `step` between `from` and `to`, as it came.
    pub async fn range(
        &self,
        server: &Server,
        query: &str,
        (from, to): (Moment, Moment),
        step: Duration,
    ) -> Result<serde_json::Value, AskError> {
        let (start, end, step) = (seconds(from), seconds(to), step.as_secs_f64().to_string());
        let form = [("query", query), ("start", &start), ("end", &end), ("step", &step)];
        self.ask(server, "query_range", &form).await.and_then(|body| answer::whole(&body))
    }

    async fn ask(&self, server: &Server, path: &str, form: &[(&str, &str)]) -> Result<Vec<u8>, AskError> {
        let began = Instant::now();
        let answer = match self.client(server) {
            Ok(client) => http::exchange(self.request(&client, server, path, form), self.limits).await,
            Err(error) => Err(error),
        };
        let outcome = answer.as_ref().map_or_else(AskError::outcome, |_| "answered");
        self.metrics.queried(outcome, began.elapsed());
        answer
    }

    fn request(&self, client: &Client, server: &Server, path: &str, form: &[(&str, &str)]) -> RequestBuilder {
        // Prometheus gives up first, so that it can say so and does not work for nobody.
        let timeout = self.limits.deadline.mul_f64(0.9).as_millis();
        let body = Serializer::new(String::new())
            .extend_pairs(form)
            .append_pair("timeout", &format!("{timeout}ms"))
            .finish();
        let request = client
            .post(format!("{}/api/v1/{path}", server.url.trim_end_matches('/')))
            .header("content-type", "application/x-www-form-urlencoded")
            .header("accept", "application/json")
            .body(body);
        server.authorize(request)
    }

    fn client(&self, server: &Server) -> Result<Client, AskError> {
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        let (trust, now) = (http::Trust::of(server), Instant::now());
        if let Some((client, used)) = clients.get_mut(&trust) {
            *used = now;
            return Ok(client.clone());
        }
        let client = http::client(&trust, self.limits)?;
        clients.retain(|_, (_, used)| now.duration_since(*used) < UNUSED);
        clients.insert(trust, (client.clone(), now));
        Ok(client)
    }
}

fn seconds(moment: Moment) -> String {
    format!("{}.{:03}", moment.0.div_euclid(1000), moment.0.rem_euclid(1000))
}
