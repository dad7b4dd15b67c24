//! Plans without a server, and rounds against one that counts what it is asked.

mod rounds;

use contracts::Load;
use operator_scaling::{Fallback, Metric, OnMissing, Rate, Rules, Select, Source, Target, Unit};

use super::plan::Question;
use super::*;

const SCRAPE: Duration = Duration::from_secs(5);
const NOW: Moment = Moment(1_700_000_000_000);

fn policy(sources: Vec<Source>) -> Policy {
    let rate = Rate { unit: Unit::Percent, value: 100, period: Duration::from_secs(15) };
    let rules = Rules { stabilization: Duration::ZERO, select: Select::Max, rates: vec![rate] };
    let metric = |source| Metric { name: "m".to_owned(), source, target: Target::PerPod(1.0) };
    Policy {
        min: 1,
        max: 5,
        metrics: sources.into_iter().map(metric).collect(),
        scale_up: rules.clone(),
        scale_down: rules,
        tolerance: 0.1,
        stable_window: Duration::from_secs(60),
        panic_threshold: 2.0,
        queue: false,
        on_missing: OnMissing { hold_for: Duration::ZERO, then: Fallback::Hold },
    }
}

fn with_queue(role: Role, policy: Policy) -> Policy {
    Policy { queue: !role.spec().subscriptions.is_empty(), ..policy }
}

/// What each role is scaled by, where nobody says otherwise.
fn usual(role: Role) -> Policy {
    with_queue(role, policy(vec![Source::Preset(role.spec().scaled_by.0)]))
}

fn query(text: &str) -> Source {
    Source::Query(text.to_owned())
}

fn keys(count: usize) -> Vec<StackKey> {
    (0..count)
        .map(|number| StackKey::new(format!("shops-{}", number % 10), format!("shop-{number}")))
        .collect()
}

fn subject<'a>(key: &'a StackKey, server: &str, services: Vec<Measured<'a>>) -> Subject<'a> {
    Subject { key, server: Ok(Server::open(server)), scrape_interval: SCRAPE, services }
}

fn measured(role: Role, policy: &Policy) -> Measured<'_> {
    Measured { role, policy }
}

/// All roles of all stacks, as they are by default, on one server.
fn whole<'a>(keys: &'a [StackKey], policies: &'a [(Role, Policy)]) -> Vec<Subject<'a>> {
    let services = || policies.iter().map(|(role, policy)| measured(*role, policy)).collect();
    keys.iter().map(|key| subject(key, "http://one", services())).collect()
}

fn usual_policies() -> Vec<(Role, Policy)> {
    Role::ALL.into_iter().map(|role| (role, usual(role))).collect()
}

#[test]
fn a_thousand_stacks_on_one_server_take_some_dozens_of_queries() {
    let (keys, policies) = (keys(1000), usual_policies());
    let subjects = whole(&keys, &policies);
    let plan = Plan::of(&subjects);
    assert_eq!(plan.servers.len(), 1);
    // Four loads and the two sides of the backlog, for a hundred stacks each.
    assert_eq!(plan.servers[0].questions.len(), 60);
    let longest = plan.servers[0].questions.iter().map(|question| question.query.0.len()).max();
    assert!(longest.is_some_and(|bytes| bytes < 8_000), "{longest:?}");
}

#[test]
fn a_plan_is_the_same_in_whatever_order_the_stacks_come() {
    let (mut keys, policies) = (keys(250), usual_policies());
    let texts = |keys: &[StackKey]| Plan::of(&whole(keys, &policies)).servers[0].questions.clone();
    let before = texts(&keys);
    keys.reverse();
    keys.swap(3, 77);
    assert_eq!(texts(&keys), before);
}

#[test]
fn what_fifty_services_ask_alike_is_asked_once_and_after_ours() {
    let (keys, policy) =
        (keys(50), policy(vec![query("sum(x)"), Source::Preset(Load::Cpu), query("sum(y)")]));
    let subjects: Vec<Subject<'_>> =
        keys.iter().map(|key| subject(key, "http://one", vec![measured(Role::Gateway, &policy)])).collect();
    let plan = Plan::of(&subjects);
    let asked: Vec<(&str, bool)> = plan.servers[0]
        .questions
        .iter()
        .map(|question| (question.query.0.as_str(), question.of_user))
        .collect();
    assert_eq!(asked.len(), 3);
    assert!(asked[0].0.contains("process_cpu_seconds_total") && !asked[0].1);
    assert_eq!(asked[1..], [("sum(x)", true), ("sum(y)", true)]);
}

#[test]
fn servers_scrape_intervals_and_the_same_query_elsewhere_are_kept_apart() {
    let (keys, cpu) = (keys(3), policy(vec![Source::Preset(Load::Cpu), query("sum(x)")]));
    let on = |key, url| subject(key, url, vec![measured(Role::Gateway, &cpu)]);
    let mut subjects =
        vec![on(&keys[0], "http://one"), on(&keys[1], "http://one"), on(&keys[2], "http://two")];
    subjects[1].scrape_interval = Duration::from_secs(30);
    let plan = Plan::of(&subjects);
    let counts: Vec<usize> = plan.servers.iter().map(|server| server.questions.len()).collect();
    assert_eq!((plan.server_of, counts), (vec![Some(0), Some(0), Some(1)], vec![3, 2]));
}

#[test]
fn credentials_make_another_server_of_the_same_address() {
    let (keys, cpu) = (keys(2), policy(vec![Source::Preset(Load::Cpu)]));
    let mut subjects: Vec<Subject<'_>> =
        keys.iter().map(|key| subject(key, "http://one", vec![measured(Role::Gateway, &cpu)])).collect();
    assert_eq!(Plan::of(&subjects).servers.len(), 1);
    if let Ok(server) = &mut subjects[1].server {
        server.credentials = Some(crate::prometheus::Credentials::Bearer("t".into()));
    }
    assert_eq!(Plan::of(&subjects).servers.len(), 2);
}

#[test]
fn who_has_nobody_to_ask_and_who_measures_nothing_ask_nothing() {
    let (keys, nothing, cpu) = (keys(2), policy(Vec::new()), policy(vec![Source::Preset(Load::Cpu)]));
    let mut subjects = vec![
        subject(&keys[0], "http://one", vec![measured(Role::Gateway, &cpu)]),
        subject(&keys[1], "http://two", vec![measured(Role::Gateway, &nothing)]),
    ];
    subjects[0].server = Err(NoData::Disabled);
    let plan = Plan::of(&subjects);
    assert_eq!(plan.servers[0].questions, [] as [Question; 0]);
    let known = tell::all(&subjects, &plan, &[Vec::new()], NOW);
    assert_eq!(known[0][0].readings, [Reading::Missing(NoData::Disabled)]);
    assert_eq!(known[1][0], Known { readings: Vec::new(), backlog: None });
}
