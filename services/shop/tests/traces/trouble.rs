//! A gateway before a catalog that is none: what is told to whom, with a collector, without, and with one that is no good.

use std::time::{Duration, Instant};

use contracts::Role;
use testkit::{TestCollector, TestTokens, eventually};
use wiremock::matchers::method;
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::process::Process;

/// What a caller may send of himself.
const PARENT: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
/// Two seconds for the last traces, and time for the rest on a machine that is busy.
const STOPPED_WITHIN: Duration = Duration::from_secs(4);

const CALLER: &str = "b7ad6b7169203331";

struct Gateway {
    process: Process,
    catalog: MockServer,
    _tokens: TestTokens,
}

impl Gateway {
    async fn with(collector: Option<&str>) -> Self {
        let (catalog, tokens) = (MockServer::start().await, TestTokens::start().await);
        Mock::given(method("GET")).respond_with(ResponseTemplate::new(503)).mount(&catalog).await;
        let mut variables = vec![
            ("CATALOG_URL".to_owned(), catalog.uri()),
            ("JWKS_URL".to_owned(), tokens.jwks_url()),
            ("MQTT_URL".to_owned(), "mqtt://nobody:secret@127.0.0.1:1".to_owned()),
        ];
        variables.extend(collector.map(|url| ("OTEL_EXPORTER_OTLP_ENDPOINT".to_owned(), url.to_owned())));
        Self { process: Process::start(Role::Gateway, &variables).await, catalog, _tokens: tokens }
    }

    async fn asked(&self, path: &str) -> u16 {
        let request = reqwest::Client::new().get(format!("{}{path}", self.process.http));
        request.header("traceparent", PARENT).send().await.unwrap().status().as_u16()
    }

    /// What the catalog was told whose part it does.
    async fn told(&self) -> Vec<String> {
        let requests = self.catalog.received_requests().await.unwrap();
        let parents = requests.iter().filter_map(|request| request.headers.get("traceparent"));
        parents.map(|value| value.to_str().unwrap().to_owned()).collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_and_the_call_that_it_makes_are_told_by_route_and_status_and_by_nothing_of_the_caller() {
    let collector = TestCollector::start().await;
    let gateway = Gateway::with(Some(&collector.url())).await;
    assert_eq!(gateway.asked("/api/v1/products/0199aaaa-0000-7000-8000-000000000000?q=secret").await, 503);

    let request = collector.span(TRACE, "gateway", "GET /api/v1/products/{id}").await;
    let call = collector.span(TRACE, "gateway", "GET catalog").await;
    assert_eq!((request.parent.as_str(), &call.parent), (CALLER, &request.id));
    assert_eq!(gateway.told().await.last(), Some(&format!("00-{TRACE}-{}-01", call.id)));
    for (name, value) in [
        ("http.request.method", "GET"),
        ("http.route", "/api/v1/products/{id}"),
        ("http.response.status_code", "503"),
        ("error.type", "503"),
        ("service.version", env!("CARGO_PKG_VERSION")),
        ("service.instance.id", "pod-of-a-test"),
    ] {
        assert_eq!(request.attributes.get(name).map(String::as_str), Some(value), "{name}: {request:?}");
    }
    assert_eq!(call.attributes["server.address"], "catalog");
    let all = format!("{request:?} {call:?}");
    assert!(!all.contains("secret") && !all.contains("0199aaaa") && !all.contains("127.0.0.1"), "{all}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_stranger_makes_up_is_no_name_of_a_span() {
    let collector = TestCollector::start().await;
    let gateway = Gateway::with(Some(&collector.url())).await;
    gateway.asked("/api/no-such-thing").await;

    let request = collector.span(TRACE, "gateway", "GET /api/{unknown:.*}").await;
    assert_eq!(request.attributes["http.response.status_code"], "404");
    assert!(!format!("{request:?}").contains("no-such-thing"));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_collector_nothing_is_made_and_a_callers_trace_is_passed_on_as_it_came() {
    let gateway = Gateway::with(None).await;
    assert_eq!(gateway.asked("/api/v1/products").await, 503);
    assert_eq!(gateway.told().await.last().map(String::as_str), Some(PARENT));
}

/// A process that needs nobody, asked for a page twenty times: it answers at once, whatever the collector does.
async fn asked_for_pages(variables: &[(&str, &str)]) -> Process {
    let variables: Vec<_> =
        variables.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
    let process = Process::start(Role::Storefront, &variables).await;
    for _ in 0..20 {
        let started = Instant::now();
        reqwest::get(format!("{}/no-such-page", process.http)).await.unwrap();
        assert!(started.elapsed() < Duration::from_secs(2));
    }
    process
}

#[tokio::test(flavor = "multi_thread")]
async fn a_collector_that_is_away_costs_one_line_and_no_request() {
    let process = asked_for_pages(&[("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1")]).await;
    let line = eventually("it says so", async || process.said("Traces don't reach").pop()).await;
    assert_eq!(line["collector"], "127.0.0.1:1/v1/traces");
    // More batches fail; the last of them when it stops.
    reqwest::get(format!("{}/no-such-page", process.http)).await.unwrap();
    let (ended, took, log) = process.stop().await;
    assert!(ended.success() && took < STOPPED_WITHIN, "{ended} after {took:?}");
    assert_eq!(log.iter().filter(|line| line.to_string().contains("Traces")).count(), 1, "{log:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_collector_that_never_answers_holds_nobody_up() {
    let never = ResponseTemplate::new(200).set_delay(Duration::from_secs(60));
    let collector = TestCollector::answering(never).await;
    let process = asked_for_pages(&[("OTEL_EXPORTER_OTLP_ENDPOINT", &collector.url())]).await;
    let (ended, took, log) = process.stop().await;
    assert!(ended.success() && took < STOPPED_WITHIN, "{ended} after {took:?}");
    assert!(log.iter().any(|line| line["message"] == "The last traces were not sent"), "{log:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_left_is_sent_when_the_process_stops() {
    let collector = TestCollector::start().await;
    let endpoint = ("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url());
    let process = asked_for_pages(&[(endpoint.0, &endpoint.1), ("OTEL_BSP_SCHEDULE_DELAY", "600000")]).await;
    assert!(collector.spans().await.is_empty());
    let (ended, _, log) = process.stop().await;
    assert!(ended.success(), "{log:#?}");
    assert_eq!(collector.spans().await.len(), 20);
}
