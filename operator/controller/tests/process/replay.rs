use std::path::PathBuf;

use serde_json::{Value, json};
use wiremock::matchers::{body_string_contains, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::commands::assert_refused;
use super::operator::{Said, said};

const STACK: &str = "apiVersion: ecommercestack.dev/v1alpha1\nkind: EcommerceStack\nmetadata: {name: shop}\nspec: {services: {catalog: {scaling: {max: 5}}}}\n";
/// Half an hour of catalog, whose pods bear 100 requests per second each: 40, then 420 for ten minutes, then 40 again.
const RECORDED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/process/replay/catalog.json");

fn replayed(arguments: &[&str], stack: &str) -> Said {
    let command = ["replay", "-f", "-"];
    said(&[&command, arguments].concat(), &[], stack)
}

/// A file of this test's own, gone with it.
struct File(PathBuf);

impl File {
    fn new(name: &str, text: &str) -> Self {
        let path = std::env::temp_dir().join(format!("replay-{}-{name}", std::process::id()));
        std::fs::write(&path, text).unwrap();
        Self(path)
    }

    fn name(&self) -> &str {
        self.0.to_str().unwrap()
    }

    fn text(&self) -> String {
        std::fs::read_to_string(&self.0).unwrap()
    }
}

impl Drop for File {
    fn drop(&mut self) {
        std::fs::remove_file(&self.0).ok();
    }
}

/// The numbers of pods, a line of the table each: between what was asked for and what was ready.
fn pods(said: &Said) -> Vec<u32> {
    assert_eq!(said.code, 0, "{said:?}");
    let rows = said.stdout.lines().skip(1).take_while(|line| !line.is_empty());
    rows.map(|line| line.split_whitespace().nth(5).unwrap().parse().unwrap()).collect()
}

#[test]
fn a_recorded_load_is_replayed_as_a_timeline_and_a_picture() {
    let picture = File::new("plot.svg", "");
    let said = replayed(&["--service", "catalog", "--from", RECORDED, "--svg", picture.name()], STACK);
    let pods = pods(&said);
    assert_eq!(
        (pods.first(), pods.iter().max(), pods.last()),
        (Some(&1), Some(&5), Some(&1)),
        "{}",
        said.stdout
    );
    assert!(said.stdout.contains("22:13:20") && said.stdout.contains("requests-per-second"));
    assert!(said.stdout.lines().last().unwrap().contains("pod-minutes"), "{}", said.stdout);
    let svg = picture.text();
    assert!(svg.starts_with("<svg ") && svg.trim_end().ends_with("</svg>"), "{svg}");
    assert!(svg.contains("catalog of default/shop"));
    assert_eq!(said.stdout, replayed(&["--service", "catalog", "--from", RECORDED], STACK).stdout);
}

#[test]
fn the_policy_of_the_stack_decides() {
    let least = STACK.replace("max: 5", "min: 2, max: 3");
    let pods_of = |stack: &str, more: &[&str]| {
        pods(&replayed(&[&["--service", "catalog", "--from", RECORDED], more].concat(), stack))
    };
    let counts = pods_of(&least, &[]);
    assert_eq!((counts.iter().min(), counts.iter().max()), (Some(&2), Some(&3)));
    assert_eq!(pods_of(STACK, &["--start", "4", "--pod-start", "60s"])[0], 4);
}

#[test]
fn what_can_not_be_replayed_is_refused_in_one_line() {
    let from = |file: &File| replayed(&["--service", "catalog", "--from", file.name()], STACK);
    let cases = [
        ("nojson", "oops", "is no JSON object"),
        ("list", "[]", "is no JSON object"),
        ("other", r#"{"latency": []}"#, "requests-per-second: is missing; there are: latency"),
        ("empty", r#"{"requests-per-second": []}"#, "has no samples"),
        ("text", r#"{"requests-per-second": "up"}"#, "requests-per-second: is neither a list"),
        ("pairs", r#"{"requests-per-second": [[1]]}"#, "[seconds, \"value\"]"),
        ("number", r#"{"requests-per-second": [[1, "many"]]}"#, "is no number"),
        ("time", r#"{"requests-per-second": [[1700000000000, "1"]]}"#, "is no time in seconds"),
    ];
    for (name, text, named) in cases {
        assert_refused(&from(&File::new(name, text)), named);
    }
    let two = json!({"metric": {}, "values": []});
    let answer = json!({"requests-per-second": {"data": {"result": [two, two]}}}).to_string();
    assert_refused(&from(&File::new("two", &answer)), "has 2 series");
    assert_refused(&replayed(&["--service", "catalog", "--from", "/nowhere.json"], STACK), "/nowhere.json");
    assert_refused(
        &replayed(&["--service", "basket", "--from", RECORDED], STACK),
        "no service basket, but gateway",
    );
    assert_refused(
        &replayed(&["--service", "orders", "--from", RECORDED], STACK),
        "checkouts-in-flight: is missing",
    );
    let wrong = STACK.replace("max: 5", "min: 3, max: 2");
    assert_refused(&replayed(&["--service", "catalog", "--from", RECORDED], &wrong), "catalog.scaling.max");
    let nowhere = ["--service", "catalog", "--from", RECORDED, "--svg", "/nowhere/plot.svg"];
    assert_refused(&replayed(&nowhere, STACK), "/nowhere/plot.svg");
}

#[test]
fn a_command_line_that_says_too_little_or_too_much_is_refused() {
    let with = |arguments: &[&str]| replayed(&[&["--service", "catalog"], arguments].concat(), STACK);
    assert_refused(&with(&[]), "--from");
    assert_refused(&with(&["--prometheus", "http://localhost:1"]), "--range");
    assert_refused(&with(&["--prometheus", "http://localhost:1", "--range", "6"]), "45m");
    assert_refused(&with(&["--prometheus", "http://localhost:1", "--range", "0s"]), "--range");
    assert_refused(&with(&["--prometheus", "http://localhost:1", "--range", "41h"]), "--range");
    assert_refused(&with(&["--prometheus", "http://localhost:1", "--range", "1h"]), "http://localhost:1");
    assert_refused(&with(&["--from", RECORDED, "--range", "1h"]), "--range");
    assert_refused(&with(&["--from", RECORDED, "--start", "51"]), "51");
    assert_refused(&with(&["--from", RECORDED, "--pod-start", "soon"]), "soon");
    let help = said(&["replay", "--help"], &[], "");
    assert!(help.stdout.contains("queue.unacknowledged") && help.stdout.contains("PROMETHEUS_TOKEN"));
}

/// One that has these series of catalog and of another shop, and empty queues.
async fn prometheus(values: &[Value]) -> MockServer {
    let series = |namespace: &str, values: &[Value]| json!({"metric": {"namespace": namespace, "stack": "shop", "service": "catalog"}, "values": values});
    let nothing: Vec<Value> = values.iter().map(|point| json!([point[0], "0"])).collect();
    let server = MockServer::start().await;
    for (metric, values) in [("shop_http_requests_total", values), ("rabbitmq_detailed_queue", &nothing)] {
        let answer = json!({"status": "success", "data": {
            "resultType": "matrix", "result": [series("elsewhere", values), series("default", values)],
        }});
        Mock::given(path("/api/v1/query_range"))
            .and(body_string_contains(metric))
            .and(body_string_contains("end=1700001800.000"))
            .respond_with(ResponseTemplate::new(200).set_body_json(answer))
            .mount(&server)
            .await;
    }
    server
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_prometheus_says_is_replayed_and_saved_for_the_next_time() {
    let recorded: Value = serde_json::from_str(&std::fs::read_to_string(RECORDED).unwrap()).unwrap();
    let server = prometheus(recorded["requests-per-second"].as_array().unwrap()).await;
    let saved = File::new("saved.json", "");
    let asked = ["--service", "catalog", "--prometheus", &server.uri(), "--range", "30m", "--until"];
    let until = ["2023-11-14T22:43:20Z", "--save", saved.name()];

    let live = replayed(&[asked.as_slice(), &until].concat(), STACK);

    assert!(pods(&live).len() > 2, "{live:?}");
    assert_eq!(live.stdout, replayed(&["--service", "catalog", "--from", RECORDED], STACK).stdout);
    assert_eq!(live.stdout, replayed(&["--service", "catalog", "--from", saved.name()], STACK).stdout);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_prometheus_that_refuses_or_knows_nothing_is_told() {
    let empty = prometheus(&[]).await;
    let asked = |server: &MockServer| {
        let arguments = ["--service", "catalog", "--prometheus", &server.uri(), "--range", "30m"];
        replayed(&[arguments.as_slice(), &["--until", "2023-11-14T22:43:20Z"]].concat(), STACK)
    };
    assert_refused(&asked(&empty), "has no samples");
    let closed = MockServer::start().await;
    Mock::given(path("/api/v1/query_range")).respond_with(ResponseTemplate::new(401)).mount(&closed).await;
    assert_refused(&asked(&closed), "requests-per-second: it answered 401 Unauthorized");
}
