//! A request as tests speak of it.

use hyper::body::Bytes;
use hyper::http::request::Parts;
use serde_json::Value;

#[derive(Clone, Debug)]
pub struct Asked {
    pub method: String,
    pub path: String,
    pub query: String,
    pub content_type: String,
    pub body: Value,
}

impl Asked {
    pub fn new(parts: &Parts, body: &Bytes) -> Self {
        let content_type = parts.headers.get("content-type").and_then(|value| value.to_str().ok());
        Self {
            method: parts.method.to_string(),
            path: parts.uri.path().to_owned(),
            query: parts.uri.query().unwrap_or_default().to_owned(),
            content_type: content_type.unwrap_or_default().to_owned(),
            body: serde_json::from_slice(body).unwrap_or_default(),
        }
    }

    pub fn writes(&self) -> bool {
        self.method != "GET"
    }

    pub fn watches(&self) -> bool {
        self.query.contains("watch=true")
    }

    /// `PATCH deployments/shop-orders`.
    pub fn short(&self) -> String {
        let tail = self.path.split_once("/namespaces/").and_then(|(_, rest)| rest.split_once('/'));
        format!("{} {}", self.method, tail.map_or(self.path.as_str(), |(_, tail)| tail))
    }

    pub fn manager(&self) -> Option<&str> {
        self.parameter("fieldManager")
    }

    pub fn forced(&self) -> bool {
        self.parameter("force") == Some("true")
    }

    pub fn parameter(&self, name: &str) -> Option<&str> {
        let pairs = self.query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.into_iter().find(|(key, _)| *key == name).map(|(_, value)| value)
    }

    /// The objects that it is about.
    pub fn selector(&self) -> super::watching::Selector {
        super::watching::Selector::new(
            &self.path,
            self.parameter("labelSelector"),
            self.parameter("fieldSelector"),
        )
    }
}
