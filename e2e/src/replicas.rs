//! How the numbers of pods go while a story is told: looked at all the time, and judged afterwards.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use kube::ResourceExt;

use crate::Stack;

const OFTEN: Duration = Duration::from_millis(500);

/// Of a service's Deployment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Replicas {
    pub wanted: i64,
    pub ready: i64,
}

impl Stack {
    /// By role.
    pub async fn replicas(&self) -> Result<BTreeMap<String, Replicas>> {
        let prefix = self.part("");
        let of = |deployment: &kube::api::DynamicObject| {
            let count = |value: &serde_json::Value| value.as_i64().unwrap_or_default();
            let (spec, status) = (&deployment.data["spec"], &deployment.data["status"]);
            Replicas { wanted: count(&spec["replicas"]), ready: count(&status["readyReplicas"]) }
        };
        let role = |name: String| name.strip_prefix(&prefix).unwrap_or(&name).to_owned();
        let deployments = self.deployments().await?;
        Ok(deployments.iter().map(|deployment| (role(deployment.name_any()), of(deployment))).collect())
    }

    pub async fn replicas_of(&self, role: &str) -> Result<Replicas> {
        self.replicas().await?.get(role).copied().with_context(|| format!("there is no Deployment of {role}"))
    }
}

/// What was seen, oldest first.
#[derive(Default)]
pub struct Timeline(Mutex<Vec<(Instant, BTreeMap<String, Replicas>)>>);

/// Tells `story` while the Deployments of the stack are watched.
pub async fn while_watching<T>(stack: &Stack, story: impl AsyncFnOnce(&Timeline) -> Result<T>) -> Result<T> {
    let timeline = Timeline::default();
    tokio::select! {
        () = timeline.watch(stack) => unreachable!("it watches for as long as the story lasts"),
        told = story(&timeline) => told,
    }
}

impl Timeline {
    async fn watch(&self, stack: &Stack) {
        loop {
            // The API server may be busy for a moment; the next look tells.
            if let Ok(seen) = stack.replicas().await {
                self.rows().push((Instant::now(), seen));
            }
            tokio::time::sleep(OFTEN).await;
        }
    }

    fn rows(&self) -> MutexGuard<'_, Vec<(Instant, BTreeMap<String, Replicas>)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn of(&self, role: &str, from: Instant) -> Vec<(Instant, Replicas)> {
        let rows = self.rows();
        let since = rows.iter().filter(|(at, _)| *at >= from);
        since.filter_map(|(at, seen)| seen.get(role).map(|replicas| (*at, *replicas))).collect()
    }

    /// How long after `from` more pods than `count` were ready.
    pub fn more_ready_than(&self, role: &str, count: i64, from: Instant) -> Option<Duration> {
        let seen = self.of(role, from);
        let first = seen.iter().find(|(_, replicas)| replicas.ready > count);
        first.map(|(at, _)| at.duration_since(from))
    }

    pub fn most_wanted(&self, role: &str, from: Instant) -> i64 {
        self.of(role, from).iter().map(|(_, replicas)| replicas.wanted).max().unwrap_or_default()
    }

    pub fn least_wanted(&self, role: &str, from: Instant) -> i64 {
        self.of(role, from).iter().map(|(_, replicas)| replicas.wanted).min().unwrap_or_default()
    }

    pub fn least_ready(&self, role: &str, from: Instant) -> i64 {
        self.of(role, from).iter().map(|(_, replicas)| replicas.ready).min().unwrap_or_default()
    }

    /// Minutes that pods were wanted for, and how long was looked.
    pub fn pod_minutes(&self, role: &str, from: Instant) -> (f64, f64) {
        let seen = self.of(role, from);
        let spans = seen.iter().zip(seen.iter().skip(1));
        let minutes = |from: Instant, to: Instant| to.duration_since(from).as_secs_f64() / 60.0;
        let count = |replicas: Replicas| f64::from(i32::try_from(replicas.wanted).unwrap_or(i32::MAX));
        spans.fold((0.0, 0.0), |(used, all), ((at, replicas), (next, _))| {
            let span = minutes(*at, *next);
            (used + span * count(*replicas), all + span)
        })
    }

    /// Each change of the wanted number: `0s 1, 23s 2, 41s 3`.
    pub fn story_of(&self, role: &str, from: Instant) -> String {
        let mut seen = self.of(role, from);
        seen.dedup_by_key(|(_, replicas)| replicas.wanted);
        let steps = seen
            .iter()
            .map(|(at, replicas)| format!("{}s {}", at.duration_since(from).as_secs(), replicas.wanted));
        steps.collect::<Vec<_>>().join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(at: Instant, wanted: i64, ready: i64) -> (Instant, BTreeMap<String, Replicas>) {
        (at, BTreeMap::from([("catalog".to_owned(), Replicas { wanted, ready })]))
    }

    #[test]
    fn what_was_seen_is_summed_up() {
        let from = Instant::now();
        let after = |seconds| from + Duration::from_secs(seconds);
        let rows = vec![row(from, 1, 1), row(after(30), 3, 1), row(after(60), 3, 3), row(after(90), 1, 1)];
        let timeline = Timeline(Mutex::new(rows));
        assert_eq!(timeline.more_ready_than("catalog", 1, from), Some(Duration::from_secs(60)));
        assert_eq!(timeline.more_ready_than("catalog", 3, from), None);
        assert_eq!(
            (timeline.most_wanted("catalog", from), timeline.least_wanted("catalog", after(60))),
            (3, 1)
        );
        assert_eq!(timeline.pod_minutes("catalog", from), (3.5, 1.5));
        assert_eq!(timeline.story_of("catalog", from), "0s 1, 30s 3, 90s 1");
    }
}
