//! What a role must export: what it is scaled by and what docs/metrics.md lists, in Prometheus' text format.

use contracts::{Load, Role};

use crate::TestApp;

const DOCUMENTED: &str = include_str!("../../../docs/metrics.md");

impl TestApp {
    /// All that is measured now.
    pub async fn metrics(&self) -> String {
        reqwest::get(self.admin_url("/metrics")).await.unwrap().text().await.unwrap()
    }

    /// The load of the role is there from the start, and a request gives what only requests can.
    pub async fn tells_its_load(&self) {
        let text = self.metrics().await;
        for load in loads(self.role).filter(|load| *load != Load::P99Latency) {
            assert!(value(&text, load, self.role).is_some(), "{load:?} before any request:\n{text}");
        }
        self.get("/there-is-no-such-path-in-any-role").send().await;
        let text = self.metrics().await;
        let answered = value(&text, Load::RequestsPerSecond, self.role);
        assert!(answered.is_some_and(|answered| answered >= 1.0), "{answered:?}");
        assert!(value(&text, Load::P99Latency, self.role).is_some_and(|requests| requests >= 1.0), "{text}");
        assert_documented(&text);
    }
}

/// What the role can be scaled by, but for what only the broker knows.
fn loads(role: Role) -> impl Iterator<Item = Load> {
    let of_role = move |load: &Load| match load {
        Load::RequestsPerSecond | Load::Concurrency | Load::P99Latency | Load::Cpu => true,
        Load::OutboxLag => role.spec().owns_database,
        Load::QueueAge => !role.spec().subscriptions.is_empty(),
        Load::CheckoutsInFlight => role == Role::Orders,
        Load::QueueDepth => false,
    };
    assert!(of_role(&role.spec().scaled_by.0), "{role} does not measure what it is scaled by");
    Load::ALL.into_iter().filter(of_role)
}

/// Of one of the role's series, or of the process: the first one's, of a histogram how many it has counted.
fn value(text: &str, load: Load, role: Role) -> Option<f64> {
    let (name, label) = (load.metric(), format!("role=\"{role}\""));
    let name = if load == Load::P99Latency { format!("{name}_count") } else { name.to_owned() };
    text.lines().find_map(|line| {
        let (series, value) = line.rsplit_once(' ')?;
        let labels = series.strip_prefix(name.as_str())?;
        let is_the_roles = labels.starts_with('{') && labels.contains(&label);
        let is = if load == Load::Cpu { labels.is_empty() } else { is_the_roles };
        is.then(|| value.parse().ok()).flatten()
    })
}

/// Each with its type and its labels: who reads a dashboard must find what it shows.
fn assert_documented(text: &str) {
    for name in text.lines().filter_map(|line| line.strip_prefix("# TYPE shop_")?.split(' ').next()) {
        assert!(DOCUMENTED.contains(&format!("| `shop_{name}` |")), "docs/metrics.md lacks shop_{name}");
    }
}
