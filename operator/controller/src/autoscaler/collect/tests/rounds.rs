use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

use super::*;
use crate::prometheus::Limits;

type Answer = Box<dyn Fn(&str) -> ResponseTemplate + Send + Sync>;

/// Answers each query, and remembers it.
struct Answers {
    answer: Answer,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Respond for Answers {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let form = url::form_urlencoded::parse(&request.body);
        let query = form.into_owned().find(|(key, _)| key == "query").unwrap().1;
        self.asked.lock().unwrap().push(query.clone());
        (self.answer)(&query)
    }
}

struct World {
    server: MockServer,
    asked: Arc<Mutex<Vec<String>>>,
    collector: Collector,
}

impl World {
    async fn new(answer: impl Fn(&str) -> ResponseTemplate + Send + Sync + 'static) -> Self {
        rustls::crypto::aws_lc_rs::default_provider().install_default().ok();
        let (server, asked) = (MockServer::start().await, Arc::default());
        let answers = Answers { answer: Box::new(answer), asked: Arc::clone(&asked) };
        Mock::given(any()).respond_with(answers).mount(&server).await;
        let limits = Limits { deadline: Duration::from_millis(400), ..Limits::default() };
        let prometheus = Prometheus::with_limits(Metrics::new(), limits);
        Self { server, asked, collector: Collector::over(prometheus) }
    }

    async fn collect(&self, role: Role, sources: Vec<Source>) -> Known {
        let (key, policy) = (StackKey::new("shops", "shop"), with_queue(role, policy(sources)));
        let subjects = [subject(&key, &self.server.uri(), vec![measured(role, &policy)])];
        self.collector.collect(&subjects, NOW).await.remove(0).remove(0)
    }

    /// Since the last call.
    fn asked(&self) -> Vec<String> {
        std::mem::take(&mut *self.asked.lock().unwrap())
    }
}

fn series(service: &str, value: &str) -> Value {
    let labels = json!({"namespace": "shops", "stack": "shop", "service": service});
    json!({"metric": labels, "value": [1_700_000_000, value]})
}

fn vector(result: &[Value]) -> ResponseTemplate {
    let data = json!({"resultType": "vector", "result": result});
    ResponseTemplate::new(200).set_body_json(json!({"status": "success", "data": data}))
}

fn missing(readings: &[Reading]) -> Vec<&NoData> {
    let mut missing = Vec::new();
    for reading in readings {
        match reading {
            Reading::Missing(why) => missing.push(why),
            Reading::Value { .. } => panic!("{reading:?}"),
        }
    }
    missing
}

#[tokio::test]
async fn each_service_gets_its_own_share_of_an_answer_for_many() {
    let world = World::new(|query| match query {
        query if query.contains("queue_messages_ready") => vector(&[series("payments", "7")]),
        query if query.contains("queue_messages_unacked") => vector(&[series("payments", "2")]),
        "theirs" => vector(&[json!({"metric": {}, "value": [1_700_000_000, "5"]})]),
        _ => vector(&[series("catalog", "1"), series("payments", "3.5"), series("orders", "9")]),
    })
    .await;
    let known = world.collect(Role::Payments, vec![Source::Preset(Load::Cpu), query("theirs")]).await;
    let value = |value| Reading::Value { value, at: NOW };
    assert_eq!(known.readings, [value(3.5), value(5.0)]);
    assert_eq!(known.backlog, Some(Backlog { waiting: 7.0, unacknowledged: 2.0 }));
}

#[tokio::test]
async fn what_is_no_number_for_this_service_is_no_data() {
    let old = json!({"metric": {}, "value": [1_700_000_000 - 16, "5"]});
    let world = World::new(move |query| match query {
        "none" => vector(&[]),
        "two" => vector(&[series("gateway", "1"), series("catalog", "1")]),
        "nan" => vector(&[series("gateway", "NaN")]),
        "infinite" => vector(&[series("gateway", "+Inf")]),
        "negative" => vector(&[series("gateway", "-1")]),
        "old" => vector(std::slice::from_ref(&old)),
        _ => vector(&[series("catalog", "1")]),
    })
    .await;
    let queries = ["none", "two", "nan", "infinite", "negative", "old"].map(query);
    let sources = queries.into_iter().chain([Source::Preset(Load::Cpu)]).collect();
    let known = world.collect(Role::Gateway, sources).await;
    let expected = [
        &NoData::Empty,
        &NoData::ManySeries(2),
        &NoData::NotANumber,
        &NoData::NotANumber,
        &NoData::NotANumber,
        &NoData::Stale,
        &NoData::Empty,
    ];
    assert_eq!(missing(&known.readings), expected);
}

#[tokio::test]
async fn a_backlog_is_known_only_when_both_sides_are() {
    let world = World::new(|query| {
        let unacknowledged = query.contains("queue_messages_unacked");
        if unacknowledged { vector(&[]) } else { vector(&[series("payments", "1")]) }
    })
    .await;
    assert_eq!(world.collect(Role::Payments, Vec::new()).await.backlog, None);
}

#[tokio::test]
async fn a_server_that_fails_is_asked_once_a_round_and_again_in_the_next() {
    for status in [401, 429, 500] {
        let world = World::new(move |_| ResponseTemplate::new(status)).await;
        for _round in 0..2 {
            let sources = vec![Source::Preset(Load::Cpu), Source::Preset(Load::P99Latency), query("theirs")];
            let known = world.collect(Role::Payments, sources).await;
            let why = missing(&known.readings);
            assert!(why.iter().all(|one| *one == why[0]), "{why:?}");
            assert_eq!((known.backlog, world.asked().len()), (None, 1), "{status}");
        }
    }
}

#[tokio::test]
async fn a_server_that_does_not_answer_is_waited_for_once() {
    let world = World::new(|_| vector(&[]).set_delay(Duration::from_secs(30))).await;
    let sources = vec![Source::Preset(Load::Cpu), Source::Preset(Load::P99Latency), query("theirs")];
    let known = world.collect(Role::Payments, sources).await;
    assert!(missing(&known.readings).iter().all(|why| matches!(why, NoData::Unreachable(_))));
    assert_eq!(world.asked().len(), 1);
}

#[tokio::test]
async fn a_server_is_left_alone_for_as_long_as_it_asks() {
    let world = World::new(|_| ResponseTemplate::new(429).insert_header("retry-after", "60")).await;
    let first = world.collect(Role::Gateway, vec![Source::Preset(Load::Cpu)]).await;
    let second = world.collect(Role::Gateway, vec![Source::Preset(Load::Cpu), query("theirs")]).await;
    assert_eq!(world.asked().len(), 1);
    assert_eq!(missing(&second.readings), [missing(&first.readings)[0]; 2]);
}

#[tokio::test]
async fn a_query_of_a_users_that_is_slow_or_wrong_takes_nothing_from_others() {
    let world = World::new(|query| match query {
        "slow" => vector(&[]).set_delay(Duration::from_secs(30)),
        "wrong" => ResponseTemplate::new(400)
            .set_body_json(json!({"status": "error", "errorType": "bad_data", "error": "parse error"})),
        _ => vector(&[series("gateway", "1")]),
    })
    .await;
    let sources =
        || ["slow", "wrong", "z"].map(query).into_iter().chain([Source::Preset(Load::Cpu)]).collect();
    for (round, asked) in [(1, 4), (2, 3)] {
        let known = world.collect(Role::Gateway, sources()).await;
        assert!(matches!(missing(&known.readings[..2])[..], [NoData::Unreachable(_), NoData::Refused(_)]));
        assert_eq!(known.readings[2..], vec![Reading::Value { value: 1.0, at: NOW }; 2]);
        assert_eq!(world.asked().len(), asked, "round {round}: who was slow rests");
    }
}

#[tokio::test]
async fn a_server_that_hangs_does_not_keep_another_from_being_asked() {
    let hangs = World::new(|_| vector(&[]).set_delay(Duration::from_secs(30))).await;
    let answers = World::new(|_| vector(&[series("gateway", "1")])).await;
    let (keys, cpu) = (keys(1), policy(vec![Source::Preset(Load::Cpu)]));
    let key = StackKey::new("shops", "shop");
    let subjects = [
        subject(&keys[0], &hangs.server.uri(), vec![measured(Role::Gateway, &cpu)]),
        subject(&key, &answers.server.uri(), vec![measured(Role::Gateway, &cpu)]),
    ];
    let known = hangs.collector.collect(&subjects, NOW).await;
    assert!(matches!(missing(&known[0][0].readings)[..], [NoData::Unreachable(_)]));
    assert_eq!(known[1][0].readings, [Reading::Value { value: 1.0, at: NOW }]);
}
