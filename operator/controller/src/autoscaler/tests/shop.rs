//! A shop that has come up, whose Prometheus tells the load that a test sets.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use contracts::Role;
use operator_api::AutoscalingStatus;
use serde_json::{Value, json};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

use crate::autoscaler::perform::perform;
use crate::autoscaler::rivals::{Competes, SlimHpa};
use crate::autoscaler::view::{SlimDeployment, View};
use crate::autoscaler::watches::{Change, News};
use crate::autoscaler::{Autoscaler, rounds};
use crate::metrics::Metrics;
use crate::pass::tests::world::{World, path};
use crate::scope::{Area, Scope};
use crate::stack_key::StackKey;

pub const CATALOG: &str = "/apis/apps/v1/namespaces/shops/deployments/shop-catalog";
const TICK: Duration = Duration::from_secs(15);

/// What Prometheus does.
#[derive(Clone, Copy)]
pub enum Mood {
    /// Says that catalog has so many requests a second, and everything else nothing.
    Requests(f64),
    /// Answers with this code and no sense.
    Code(u16),
    /// Knows nothing.
    Empty,
}

pub struct Shop {
    pub world: World,
    pub autoscaler: Autoscaler,
    mood: Arc<Mutex<Mood>>,
    _prometheus: MockServer,
}

struct Answer(Arc<Mutex<Mood>>);

impl Respond for Answer {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let form: Vec<(String, String)> = url::form_urlencoded::parse(&request.body).into_owned().collect();
        let find = |key: &str| form.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str());
        let (query, time) = (find("query").unwrap(), find("time").unwrap().parse::<f64>().unwrap());
        let requests = match *self.0.lock().unwrap() {
            Mood::Code(code) => return ResponseTemplate::new(code).set_body_string("<html>no</html>"),
            Mood::Empty => None,
            Mood::Requests(requests) => Some(requests),
        };
        let value = |role: Role, requests: f64| {
            let busy = role == Role::Catalog && query.contains("shop_http_requests_total");
            if busy { requests.to_string() } else { "0".to_owned() }
        };
        let series = |requests: f64| {
            Role::ALL.map(|role| {
                json!({
                    "metric": {"namespace": "shops", "stack": "shop", "service": role.name()},
                    "value": [time, value(role, requests)],
                })
            })
        };
        let result = requests.map_or_else(|| json!([]), |requests| json!(series(requests)));
        let answer = json!({"status": "success", "data": {"resultType": "vector", "result": result}});
        ResponseTemplate::new(200).set_body_json(answer)
    }
}

impl Shop {
    /// With this `scaling` of catalog, up to five pods where it does not say; idle.
    pub async fn with(mut scaling: Value) -> Self {
        scaling.as_object_mut().unwrap().entry("max").or_insert(json!(5));
        let (prometheus, mood) = (MockServer::start().await, Arc::new(Mutex::new(Mood::Requests(0.0))));
        Mock::given(any()).respond_with(Answer(mood.clone())).mount(&prometheus).await;
        let spec = json!({
            "services": {"catalog": {"scaling": scaling}},
            "observability": {"prometheus": {"mode": "External", "external": {"url": prometheus.uri()}}},
        });
        let world = World::settled(spec).await;
        let autoscaler = Autoscaler::new(&world.tools, Scope::default(), Metrics::new());
        let mut shop = Self { world, autoscaler, mood, _prometheus: prometheus };
        shop.settle().await;
        shop.ticks(2).await;
        shop.world.api.asked();
        shop
    }

    pub fn prometheus(&self, mood: Mood) {
        *self.mood.lock().unwrap() = mood;
    }

    /// The watches tell of everything, and all that follows is done, until there is nothing more to do.
    pub async fn settle(&mut self) {
        for _ in 0..20 {
            let mut due: BTreeSet<StackKey> = self.hear().into_iter().collect();
            while let Some(stack) = self.world.tools.table.to_judge.take() {
                due.insert(stack);
            }
            for stack in &due {
                self.look(stack).await;
            }
            let mut published = false;
            while self.world.tools.table.to_publish.take().is_some() {
                self.world.pass().await;
                published = true;
            }
            self.world.controllers_catch_up();
            if due.is_empty() && !published {
                return;
            }
        }
        panic!("it never settles");
    }

    /// So many ticks pass, with all that follows.
    pub async fn ticks(&mut self, count: u32) {
        for _ in 0..count {
            self.world.later(TICK);
            let now = self.world.tools.clock.now();
            let (groups, mut due) = self.autoscaler.groups();
            for stacks in groups {
                let round = rounds::ask(&self.autoscaler.collector, stacks, now).await;
                due.extend(self.autoscaler.learn(round));
            }
            for stack in due {
                self.look(&stack).await;
            }
            self.settle().await;
        }
    }

    /// Another process takes over.
    pub fn restart(&mut self) {
        self.world.restart();
        self.autoscaler = Autoscaler::new(&self.world.tools, Scope::default(), Metrics::new());
    }

    pub async fn change_scaling(&mut self, change: Value) {
        self.world.change_spec(|spec| {
            let scaling = &mut spec["services"]["catalog"]["scaling"];
            for (key, value) in change.as_object().unwrap() {
                scaling[key] = value.clone();
            }
        });
        self.world.pass().await;
        self.settle().await;
    }

    /// Null removes it.
    pub async fn annotate(&mut self, annotation: &str, value: Value) {
        self.world.api.edit(CATALOG, |deployment| {
            let annotations = deployment["metadata"]["annotations"].as_object_mut().unwrap();
            match value {
                Value::Null => annotations.remove(annotation),
                value => annotations.insert(annotation.to_owned(), value),
            };
        });
        self.settle().await;
    }

    /// `kubectl scale`.
    pub async fn kubectl_scale(&mut self, replicas: u32) {
        self.world.api.scale(CATALOG, "kubectl", replicas);
        self.settle().await;
    }

    pub fn replicas(&self) -> u64 {
        self.world.api.get(CATALOG).unwrap()["spec"]["replicas"].as_u64().unwrap()
    }

    pub fn annotation(&self, annotation: &str) -> Option<String> {
        let annotations = self.world.api.get(CATALOG).unwrap()["metadata"]["annotations"].clone();
        annotations[annotation].as_str().map(str::to_owned)
    }

    pub fn row(&self) -> AutoscalingStatus {
        let row = self.world.status().services.into_iter().find(|row| row.name == "catalog").unwrap();
        row.autoscaling.unwrap()
    }

    pub fn reason(&self, condition: &str) -> String {
        self.world.condition(condition)["reason"].as_str().unwrap().to_owned()
    }

    /// Writes to `/scale` since the last call: manager, test and number.
    pub fn scales(&self) -> Vec<(String, Value, u64)> {
        let writes = self.world.api.writes().into_iter().filter(|asked| asked.path.ends_with("/scale"));
        writes
            .map(|asked| {
                let number = asked.body[1]["value"].as_u64().unwrap();
                (asked.manager().unwrap().to_owned(), asked.body[0].clone(), number)
            })
            .collect()
    }

    /// Reasons and notes of events since the last call.
    pub fn events(&self) -> Vec<String> {
        let writes = self.world.api.writes();
        let events = writes.iter().filter(|asked| asked.path.contains("/events"));
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        events
            .map(|asked| format!("{}: {}", text(&asked.body["reason"]), text(&asked.body["note"])))
            .collect()
    }

    pub fn hpa() -> String {
        path("horizontalpodautoscalers", "shop-catalog")
    }

    async fn look(&mut self, stack: &StackKey) {
        while let Some(errand) = self.autoscaler.look(stack) {
            let (cluster, recorder) = (self.world.tools.cluster.clone(), self.world.tools.recorder.clone());
            let (stack, done) = perform(&cluster, &recorder, errand).await;
            if !self.autoscaler.done(&stack, done) {
                break;
            }
        }
    }

    /// Whole lists, as watches tell them when they begin.
    fn hear(&mut self) -> Vec<StackKey> {
        let objects = |part: &str| -> Vec<Value> {
            let paths = self.world.api.paths();
            paths
                .iter()
                .filter(|path| path.contains(part))
                .filter_map(|path| self.world.api.get(path))
                .collect()
        };
        let deployments = objects("/deployments/").into_iter().filter_map(|value| {
            let (stack, role, view) = View::of(&serde_json::from_value::<SlimDeployment>(value).unwrap())?;
            Some(News::Deployments(Area::Cluster, Change::Listed((stack, role), view)))
        });
        let mut news = vec![News::Deployments(Area::Cluster, Change::Begins)];
        news.extend(deployments);
        news.extend([
            News::Deployments(Area::Cluster, Change::Ends),
            News::Rivals(SlimHpa::KIND, Area::Cluster, Change::Begins),
        ]);
        let known = self.autoscaler.rivals.names(SlimHpa::KIND).len();
        let hpas = objects("/horizontalpodautoscalers/");
        let changed = hpas.len() != known || !self.autoscaler.is_ready();
        news.extend(hpas.into_iter().map(|value| {
            let hpa: SlimHpa = serde_json::from_value(value).unwrap();
            News::Rivals(SlimHpa::KIND, Area::Cluster, Change::Listed(hpa.name_in(), hpa.rival()))
        }));
        news.push(News::Rivals(SlimHpa::KIND, Area::Cluster, Change::Ends));
        let mut due = Vec::new();
        for one in news {
            let listed = matches!(one, News::Rivals(_, _, Change::Ends));
            let heard = self.autoscaler.hear(one);
            // A list that is told again is a reason to look; here that would never end.
            due.extend(heard.into_iter().filter(|_| !listed || changed));
        }
        due
    }
}
