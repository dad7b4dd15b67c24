//! The gateway and one upstream per role.

use std::collections::BTreeMap;

use contracts::Role;
use gateway::SERVICE;
use testkit::TestApp;
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

pub struct Shop {
    pub app: TestApp,
    upstreams: BTreeMap<Role, MockServer>,
}

impl Shop {
    /// Every upstream answers with its role's name.
    pub async fn open() -> Self {
        Self::open_with(&[]).await
    }

    pub async fn open_with(variables: &[(&str, &str)]) -> Self {
        let mut upstreams = BTreeMap::new();
        for role in Role::Gateway.spec().calls {
            let server = MockServer::start().await;
            Mock::given(wiremock::matchers::any())
                .respond_with(ResponseTemplate::new(200).set_body_string(role.name()))
                .with_priority(200)
                .mount(&server)
                .await;
            upstreams.insert(*role, server);
        }
        let urls: Vec<(String, String)> = upstreams
            .iter()
            .map(|(role, server)| (format!("{}_URL", role.name().to_uppercase()), server.uri()))
            .collect();
        let mut all: Vec<(&str, &str)> =
            urls.iter().map(|(name, url)| (name.as_str(), url.as_str())).collect();
        all.extend(variables);
        Self { app: TestApp::start_with(SERVICE, &all).await, upstreams }
    }

    pub fn upstream(&self, role: Role) -> &MockServer {
        &self.upstreams[&role]
    }

    /// What the role was sent.
    pub async fn seen(&self, role: Role) -> Vec<Request> {
        self.upstream(role).received_requests().await.unwrap()
    }

    pub async fn answers(&self, role: Role, answer: ResponseTemplate) {
        Mock::given(wiremock::matchers::any()).respond_with(answer).mount(self.upstream(role)).await;
    }
}

/// Reads one request's head.
pub async fn read_head(stream: &mut TcpStream) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    String::from_utf8(head).unwrap()
}
