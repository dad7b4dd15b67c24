//! Against a Prometheus that answers what real ones have answered, and against everything else that may be at its address.

mod tls;

use operator_scaling::NoData;
use serde_json::{Value, json};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::*;

const NOW: Moment = Moment(1_700_000_000_250);

fn patient() -> Limits {
    Limits { body_bytes: 64 * 1024, ..Limits::default() }
}

fn hasty() -> Limits {
    Limits { deadline: Duration::from_millis(300), ..patient() }
}

fn client(limits: Limits) -> Prometheus {
    rustls::crypto::aws_lc_rs::default_provider().install_default().ok();
    Prometheus::with_limits(Metrics::new(), limits)
}

async fn prometheus(answer: ResponseTemplate) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(answer).mount(&server).await;
    server
}

async fn asked(answer: ResponseTemplate, limits: Limits) -> Result<Vec<Sample>, AskError> {
    let server = prometheus(answer).await;
    client(limits).instant(&Server::open(server.uri()), "up", NOW).await
}

async fn told(data: Value) -> Result<Vec<Sample>, AskError> {
    let body = json!({"status": "success", "data": data, "warnings": ["w"], "infos": ["i"]});
    asked(ResponseTemplate::new(200).set_body_json(body), patient()).await
}

async fn refused(status: u16, kind: &str, text: &str) -> AskError {
    let body = json!({"status": "error", "errorType": kind, "error": text});
    asked(ResponseTemplate::new(status).set_body_json(body), patient()).await.unwrap_err()
}

fn series(value: &str) -> Value {
    let labels = json!({"namespace": "shops", "stack": "shop", "service": "catalog", "pod": "x"});
    json!({"metric": labels, "value": [1_700_000_000.25, value]})
}

#[tokio::test]
async fn a_vector_and_a_scalar_are_numbers() {
    let vector = told(json!({"resultType": "vector", "result": [series("12.5")]})).await.unwrap();
    let labels =
        answer::Labels { namespace: "shops".into(), stack: "shop".into(), service: "catalog".into() };
    assert_eq!(vector, [Sample { labels, value: 12.5, at: NOW }]);
    // Newer ones put the type last, and add to it.
    let scalar =
        told(json!({"result": [1_700_000_000.25, "3"], "resultType": "scalar", "stats": {}})).await.unwrap();
    assert_eq!(scalar, [Sample { labels: answer::Labels::default(), value: 3.0, at: NOW }]);
}

#[tokio::test]
async fn no_series_several_and_values_that_are_no_numbers_are_told_as_they_are() {
    assert_eq!(told(json!({"resultType": "vector", "result": []})).await.unwrap(), []);
    let odd = [series("NaN"), series("+Inf"), series("-Inf"), series("-1")];
    let values: Vec<f64> = told(json!({"resultType": "vector", "result": odd}))
        .await
        .unwrap()
        .iter()
        .map(|sample| sample.value)
        .collect();
    assert!(values[0].is_nan());
    assert_eq!(values[1..], [f64::INFINITY, f64::NEG_INFINITY, -1.0]);
}

#[tokio::test]
async fn what_is_neither_a_scalar_nor_a_vector_of_floats_is_of_the_wrong_shape() {
    let matrix = json!([{"metric": {}, "values": [[1.0, "1"]]}]);
    for (kind, result, named) in [
        ("matrix", matrix, "a matrix"),
        ("string", json!([1.0, "text"]), "a string"),
        ("vector", json!([{"metric": {}, "histogram": [1.0, {}]}]), "a histogram"),
    ] {
        let error = told(json!({"resultType": kind, "result": result})).await.unwrap_err();
        assert!(matches!(&error, AskError::WrongShape(said) if said.contains(named)), "{error:?}");
        assert!(!error.concerns_server());
    }
}

#[tokio::test]
async fn the_question_is_a_form_and_carries_who_asks() {
    let data = json!({"resultType": "scalar", "result": [1.0, "1"]});
    let server = prometheus(ResponseTemplate::new(200).set_body_json(json!({"data": data}))).await;
    let asker = client(patient());
    let bearer = Some(Credentials::Bearer("t0ken".into()));
    let basic = Some(Credentials::Basic { username: "me".into(), password: "pass".into() });
    let url = format!("{}/prom/", server.uri());

    for credentials in [None, bearer, basic] {
        let server = Server { url: url.clone(), credentials, ca: None, certificate: None };
        asker.instant(&server, "rate(a{b=\"c+d\"}[1m]) & 1", NOW).await.unwrap();
    }

    let requests = server.received_requests().await.unwrap();
    assert_eq!((requests[0].method.as_str(), requests[0].url.path()), ("POST", "/prom/api/v1/query"));
    let form: HashMap<String, String> = url::form_urlencoded::parse(&requests[0].body).into_owned().collect();
    assert_eq!(form["query"], "rate(a{b=\"c+d\"}[1m]) & 1");
    assert_eq!((form["time"].as_str(), form["timeout"].as_str()), ("1700000000.250", "4500ms"));
    let authorization =
        |at: usize| requests[at].headers.get("authorization").map(|value| value.to_str().unwrap());
    assert_eq!(
        [authorization(0), authorization(1), authorization(2)],
        [None, Some("Bearer t0ken"), Some("Basic bWU6cGFzcw==")]
    );
}

#[tokio::test]
async fn a_bad_query_is_told_in_the_words_of_prometheus_and_shortened() {
    for status in [400, 422] {
        let error = refused(status, "bad_data", &format!("parse error: {}", "x".repeat(1000))).await;
        let AskError::BadQuery(said) = &error else { panic!("{error:?}") };
        assert!(said.contains("parse error: xxx") && said.len() <= 200, "{said}");
        assert!(!error.concerns_server());
    }
}

#[tokio::test]
async fn credentials_that_are_refused_and_asking_too_often_concern_every_query() {
    for status in [401, 403, 429] {
        let error = refused(status, "", "no").await;
        assert!(matches!(&error, AskError::Denied { retry_after: None, .. }), "{error:?}");
        assert!(error.concerns_server());
    }
    // Proxies refuse in words of their own.
    let page = ResponseTemplate::new(401).set_body_string("<html>log in</html>");
    let error = asked(page, patient()).await.unwrap_err();
    assert_eq!(error.to_string(), "it answered 401 Unauthorized");
    assert_eq!(NoData::from(error), NoData::Refused("it answered 401 Unauthorized".into()));
}

#[tokio::test]
async fn to_be_left_alone_is_heard_and_not_without_end() {
    for (asks, gets) in [("7", Some(7)), ("86400", Some(300)), ("Wed, 21 Oct 2026 07:28:00 GMT", None)] {
        for status in [429, 503] {
            let answer = ResponseTemplate::new(status).insert_header("retry-after", asks);
            let error = asked(answer, patient()).await.unwrap_err();
            assert_eq!(error.retry_after().map(|rest| rest.as_secs()), gets, "{status} {asks}");
        }
    }
}

#[tokio::test]
async fn a_server_that_fails_or_is_another_is_not_reached() {
    let html = ResponseTemplate::new(200).set_body_string("<html><body>Welcome to nginx</body></html>");
    let other = ResponseTemplate::new(200).set_body_json(json!({"hello": "world"}));
    let no_number = json!({"data": {"resultType": "scalar", "result": [1, "many"]}});
    for answer in [
        ResponseTemplate::new(500).set_body_string("oops"),
        ResponseTemplate::new(502),
        ResponseTemplate::new(404).set_body_string("404 page not found"),
        ResponseTemplate::new(400)
            .set_body_string("<html>The plain HTTP request was sent to HTTPS port</html>"),
        ResponseTemplate::new(302).insert_header("location", "http://localhost:1/"),
        ResponseTemplate::new(200).set_body_json(no_number),
        html,
        other,
    ] {
        let error = asked(answer, patient()).await.unwrap_err();
        assert!(matches!(&error, AskError::Unreachable { .. }), "{error:?}");
    }
}

#[tokio::test]
async fn who_is_slow_is_given_up_whether_it_says_so_or_not() {
    let late = ResponseTemplate::new(200).set_delay(Duration::from_secs(20));
    let began = Instant::now();
    assert_eq!(asked(late, hasty()).await, Err(AskError::Slow(hasty().deadline)));
    assert!(began.elapsed() < Duration::from_secs(10));
    assert_eq!(refused(504, "", "gateway timeout").await, AskError::Slow(patient().deadline));
    assert_eq!(refused(503, "timeout", "query timed out").await, AskError::Slow(patient().deadline));
}

#[tokio::test]
async fn a_connection_that_is_refused_is_told_without_the_address() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let error =
        client(patient()).instant(&Server::open(format!("http://{free}")), "up", NOW).await.unwrap_err();
    assert!(error.to_string().to_lowercase().contains("connection refused"), "{error}");
    assert!(error.concerns_server());
}

#[tokio::test]
async fn an_answer_that_is_too_long_is_not_read() {
    let many: Vec<Value> = (0..5_000).map(|_| series("1")).collect();
    let error = told(json!({"resultType": "vector", "result": many})).await.unwrap_err();
    assert!(matches!(&error, AskError::WrongShape(said) if said.contains("65536 bytes")), "{error:?}");
    let fits: Vec<Value> = (0..200).map(|_| series("1")).collect();
    assert_eq!(told(json!({"resultType": "vector", "result": fits})).await.unwrap().len(), 200);
}

#[tokio::test]
async fn a_range_is_passed_on_as_it_is() {
    let body = json!({"status": "success", "data": {"resultType": "matrix", "result": []}});
    let server = prometheus(ResponseTemplate::new(200).set_body_json(&body)).await;
    let from = Moment(NOW.0 - 60_000);
    let answer = client(patient())
        .range(&Server::open(server.uri()), "up", (from, NOW), Duration::from_secs(15))
        .await;
    assert_eq!(answer, Ok(body));
    let sent = server.received_requests().await.unwrap()[0].clone();
    assert_eq!(sent.url.path(), "/api/v1/query_range");
    let form: HashMap<String, String> = url::form_urlencoded::parse(&sent.body).into_owned().collect();
    assert_eq!((form["start"].as_str(), form["end"].as_str()), ("1699999940.250", "1700000000.250"));
    assert_eq!(form["step"], "15");
}

#[tokio::test]
async fn queries_are_counted_by_how_they_ended() {
    let server = prometheus(ResponseTemplate::new(401)).await;
    let asker = client(patient());
    asker.instant(&Server::open(server.uri()), "up", NOW).await.unwrap_err();
    let page = String::from_utf8(asker.metrics.text()).unwrap();
    assert!(page.contains("ecommerce_operator_prometheus_queries_total{outcome=\"denied\"} 1"), "{page}");
    assert!(page.contains("ecommerce_operator_prometheus_query_duration_seconds_count 1"), "{page}");
}
