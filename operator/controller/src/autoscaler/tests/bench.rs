//! What a tick costs while nothing changes: `make bench-operator`.
//!
//! The API server and Prometheus are fakes, and each has a thread of its own, so the CPU of this thread is the operator's.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use contracts::Role;
use futures::future::join_all;
use operator_api::EcommerceStack;
use operator_desired::{ScalingPlan, validate};
use operator_scaling::Target;
use serde_json::json;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

use crate::autoscaler::rivals::{Competes, SlimHpa};
use crate::autoscaler::view::View;
use crate::autoscaler::watches::{Change, News};
use crate::autoscaler::{Autoscaler, Registration, Remembered, rounds};
use crate::live::INITIAL_SCALE;
use crate::metrics::Metrics;
use crate::pass::tests::world::World;
use crate::prometheus::Server;
use crate::scope::{Area, Scope};
use crate::stack_key::StackKey;

const TICK: Duration = Duration::from_secs(15);
/// Longer than every window, so that what is measured is the steady state.
const WARM_UP: u32 = 25;
const TICKS: u32 = 20;
const MOST_CPU: Duration = Duration::from_secs(1);

/// A Prometheus that scrapes all stacks; each service is at this share of what its pod can bear.
struct Answers {
    keys: Vec<StackKey>,
    targets: BTreeMap<Role, f64>,
    share: Share,
    /// By share in percent and query, with `TIME` where the time belongs.
    known: Mutex<HashMap<(u32, String), String>>,
}

/// In percent.
type Share = Arc<AtomicU32>;

impl Respond for Answers {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let form: HashMap<String, String> = url::form_urlencoded::parse(&request.body).into_owned().collect();
        let mut known = self.known.lock().unwrap();
        let key = (self.share.load(Ordering::Relaxed), form["query"].clone());
        let body =
            known.entry(key).or_insert_with_key(|(share, query)| self.body(query, f64::from(*share) / 100.0));
        ResponseTemplate::new(200).set_body_raw(body.replace("TIME", &form["time"]), "application/json")
    }
}

impl Answers {
    fn body(&self, query: &str, share: f64) -> String {
        let queues = query.contains("rabbitmq");
        let asked = self.keys.iter().filter(|key| query.contains(&key.name));
        let series = asked.flat_map(|key| {
            let roles = Role::ALL.into_iter().filter(|role| !queues || !role.spec().subscriptions.is_empty());
            roles.map(|role| {
                let service = role.name();
                let value = if queues { 0.0 } else { self.targets[&role] * share };
                let StackKey { namespace, name } = key;
                format!(
                    r#"{{"metric":{{"namespace":"{namespace}","service":"{service}","stack":"{name}"}},"value":[TIME,"{value}"]}}"#
                )
            })
        });
        let series = series.collect::<Vec<_>>().join(",");
        format!(r#"{{"status":"success","data":{{"resultType":"vector","result":[{series}]}}}}"#)
    }
}

struct Fleet {
    world: World,
    autoscaler: Autoscaler,
    metrics: Metrics,
    share: Share,
    _prometheus: MockServer,
}

/// Of one tick, on average.
struct Cost {
    cpu: Duration,
    wall: Duration,
    queries: f64,
    requests: usize,
    writes: usize,
}

impl Fleet {
    async fn of(stacks: usize) -> Self {
        let keys: Vec<StackKey> = (0..stacks)
            .map(|number| StackKey::new(format!("team-{:02}", number % 20), format!("shop-{number:04}")))
            .collect();
        let prometheus = MockServer::builder().disable_request_recording().start().await;
        let share = Share::new(AtomicU32::new(50));
        let targets = plans().into_iter().map(|(role, plan)| (role, target(&plan))).collect();
        let answers = Answers { keys: keys.clone(), targets, share: share.clone(), known: Mutex::default() };
        Mock::given(any()).respond_with(answers).mount(&prometheus).await;
        let (world, metrics) = (World::with(json!({})).await, Metrics::new());
        let autoscaler = Autoscaler::new(&world.tools, Scope::default(), metrics.clone());
        let mut fleet = Self { world, autoscaler, metrics, share, _prometheus: prometheus };
        let url = fleet._prometheus.uri();
        fleet.introduce(&keys, &url);
        fleet
    }

    fn introduce(&mut self, keys: &[StackKey], url: &str) {
        let plans = plans();
        self.autoscaler.hear(News::Deployments(Area::Cluster, Change::Begins));
        for key in keys {
            let registration = Registration {
                uid: key.to_string(),
                reference: Default::default(),
                plans: plans.clone(),
                server: Ok(Server::open(url)),
                scrape_interval: Duration::from_secs(30),
                paused: false,
                stopped: false,
                annotation: None,
            };
            self.world.tools.table.register(key, &registration, Remembered::new);
            for role in Role::ALL {
                let view = View {
                    uid: format!("{key}-{role}"),
                    stack_uid: key.to_string(),
                    replicas: 1,
                    ready: 1,
                    hand: Some(INITIAL_SCALE.to_owned()),
                    ..View::default()
                };
                self.autoscaler
                    .hear(News::Deployments(Area::Cluster, Change::Listed((key.clone(), role), view)));
            }
        }
        for end in [
            News::Deployments(Area::Cluster, Change::Ends),
            News::Rivals(SlimHpa::KIND, Area::Cluster, Change::Begins),
        ] {
            self.autoscaler.hear(end);
        }
        self.autoscaler.hear(News::Rivals(SlimHpa::KIND, Area::Cluster, Change::Ends));
    }

    /// As the loop does it; how many writes would follow. They are not made, so what is looked at stays busy.
    async fn tick(&mut self) -> usize {
        self.world.later(TICK);
        let now = self.world.tools.clock.now();
        let (groups, mut due) = self.autoscaler.groups();
        let collector = self.autoscaler.collector.clone();
        for round in join_all(groups.into_iter().map(|stacks| rounds::ask(&collector, stacks, now))).await {
            due.extend(self.autoscaler.learn(round));
        }
        let errands = due.iter().filter_map(|stack| self.autoscaler.look(stack)).count();
        let table = &self.world.tools.table;
        while table.to_judge.take().is_some() {}
        errands + std::iter::from_fn(|| table.to_publish.take()).count()
    }

    async fn cost(&mut self) -> Cost {
        let mut writes = 0;
        for tick in 0..WARM_UP {
            let published = self.tick().await;
            writes += if tick == 0 { 0 } else { published };
        }
        self.world.api.asked();
        let (queries, cpu, wall) = (self.queries(), cpu_of_this_thread(), Instant::now());
        for _ in 0..TICKS {
            writes += self.tick().await;
        }
        let (cpu, wall) = (cpu_of_this_thread() - cpu, wall.elapsed());
        let queries = (self.queries() - queries) / f64::from(TICKS);
        let requests = self.world.api.asked().len();
        Cost { cpu: cpu / TICKS, wall: wall / TICKS, queries, requests, writes }
    }

    /// Answered ones.
    fn queries(&self) -> f64 {
        let page = String::from_utf8(self.metrics.text()).unwrap();
        let prefix = "ecommerce_operator_prometheus_queries_total{outcome=\"answered\"} ";
        page.lines().find_map(|line| line.strip_prefix(prefix)).map_or(0.0, |count| count.parse().unwrap())
    }
}

/// As every service is scaled by default.
fn plans() -> BTreeMap<Role, ScalingPlan> {
    let stack: EcommerceStack = serde_json::from_value(json!({
        "apiVersion": "ecommercestack.dev/v1alpha1", "kind": "EcommerceStack",
        "metadata": {"name": "shop", "namespace": "shops", "uid": "1"}, "spec": {},
    }))
    .unwrap();
    let stack = validate(&stack).unwrap();
    stack.services().iter().map(|service| (service.role, service.scaling.clone())).collect()
}

fn target(plan: &ScalingPlan) -> f64 {
    match plan.policy.metrics[0].target {
        Target::PerPod(target) | Target::Whole(target) => target,
    }
}

fn cpu_of_this_thread() -> Duration {
    let figures = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    Duration::from_nanos(figures.split_whitespace().next().unwrap().parse().unwrap())
}

#[tokio::test]
#[ignore = "a measurement of a minute, which wants the machine for itself: make bench-operator"]
async fn a_tick_of_a_thousand_stacks_costs_no_write_and_less_than_a_second_of_cpu() {
    println!("stacks  services  queries/tick  CPU ms/tick  wall ms/tick  API requests  writes");
    for stacks in [1, 100, 1000] {
        let mut fleet = Fleet::of(stacks).await;
        let cost = fleet.cost().await;
        let millis = |time: Duration| time.as_secs_f64() * 1000.0;
        println!(
            "{stacks:>6}  {:>8}  {:>12}  {:>11.1}  {:>12.1}  {:>12}  {:>6}",
            stacks * Role::ALL.len(),
            cost.queries,
            millis(cost.cpu),
            millis(cost.wall),
            cost.requests,
            cost.writes
        );
        assert!(cost.queries >= 1.0, "nothing was asked");
        assert_eq!((cost.requests, cost.writes), (0, 0), "a steady fleet costs the API server something");
        assert!(cost.cpu < MOST_CPU, "{:?} of CPU", cost.cpu);
        fleet.share.store(400, Ordering::Relaxed);
        let writes = fleet.tick().await;
        assert!(writes >= stacks, "four times the load is {writes} writes: is there a decision at all?");
    }
}
