//! What containers ask for and may use, and the defaults of a small shop.

use operator_api::{Amounts, Resources};
use serde_json::{Map, Value, json};

use crate::quantity::{Bytes, MilliCpu};

/// A container's requests and limits, checked and merged.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Demand {
    pub request_cpu: MilliCpu,
    pub request_memory: Bytes,
    pub limit_cpu: Option<MilliCpu>,
    pub limit_memory: Bytes,
}

impl Demand {
    /// No CPU limit: a limit would throttle a service that has the machine to itself.
    fn of(cpu: &str, memory: &str, limit: &str) -> Self {
        Self {
            request_cpu: MilliCpu::parse(cpu).expect("our own amounts are well-formed"),
            request_memory: Bytes::parse(memory).expect("our own amounts are well-formed"),
            limit_cpu: None,
            limit_memory: Bytes::parse(limit).expect("our own amounts are well-formed"),
        }
    }

    pub fn of_a_service() -> Self {
        Self::of("25m", "32Mi", "128Mi")
    }

    /// Fixed, so that the resources of a service can change without its migrations running again.
    pub fn of_a_migration() -> Self {
        Self::of("25m", "32Mi", "128Mi")
    }

    /// Dumps, restores and copies: a stream from one server to another or to a file.
    pub fn of_an_errand() -> Self {
        Self::of("25m", "32Mi", "256Mi")
    }

    pub fn of_postgres() -> Self {
        Self::of("100m", "128Mi", "512Mi")
    }

    pub fn of_rabbitmq() -> Self {
        Self::of("150m", "160Mi", "512Mi")
    }

    pub fn of_prometheus() -> Self {
        Self::of("25m", "64Mi", "256Mi")
    }

    /// Each amount that `resources` names goes over ours. Reports every amount it can't read by its path below `path`.
    pub fn overlaid(mut self, resources: Option<&Resources>, refuse: &mut impl FnMut(&str, String)) -> Self {
        let Some(resources) = resources else { return self };
        let nothing = Amounts::default();
        let requests = resources.requests.as_ref().unwrap_or(&nothing);
        let limits = resources.limits.as_ref().unwrap_or(&nothing);

        if let Some(cpu) = cpu(requests, "requests.cpu", refuse) {
            self.request_cpu = cpu;
        }
        if let Some(cpu) = cpu(limits, "limits.cpu", refuse) {
            self.limit_cpu = Some(cpu);
        }
        if let Some(memory) = memory(requests, "requests.memory", refuse) {
            self.request_memory = memory;
        }
        if let Some(memory) = memory(limits, "limits.memory", refuse) {
            self.limit_memory = memory;
        }
        self
    }

    /// Only here is it known what applies to a container, so no rule of the schema can find this.
    pub fn check(self, refuse: &mut impl FnMut(&str, String)) {
        let above = |what: &str, request: String, limit: String| {
            format!(
                "{request} is asked for, and the limit is {limit}: lower requests.{what} or raise limits.{what}"
            )
        };
        if let Some(limit) = self.limit_cpu.filter(|limit| *limit < self.request_cpu) {
            refuse("requests.cpu", above("cpu", self.request_cpu.canonical(), limit.canonical()));
        }
        if self.limit_memory < self.request_memory {
            let (request, limit) = (self.request_memory.canonical(), self.limit_memory.canonical());
            refuse("requests.memory", above("memory", request, limit));
        }
    }

    pub fn manifest(self) -> Value {
        let mut limits = Map::new();
        if let Some(cpu) = self.limit_cpu {
            limits.insert("cpu".to_owned(), json!(cpu.canonical()));
        }
        limits.insert("memory".to_owned(), json!(self.limit_memory.canonical()));
        json!({
            "requests": { "cpu": self.request_cpu.canonical(), "memory": self.request_memory.canonical() },
            "limits": limits,
        })
    }
}

fn cpu(amounts: &Amounts, path: &str, refuse: &mut impl FnMut(&str, String)) -> Option<MilliCpu> {
    let text = &amounts.cpu.as_ref()?.0;
    let parsed = MilliCpu::parse(text);
    if parsed.is_none() {
        refuse(path, format!("`{text}` is no amount of CPU: write cores, as in 50m, 0.5 or 2"));
    }
    parsed
}

fn memory(amounts: &Amounts, path: &str, refuse: &mut impl FnMut(&str, String)) -> Option<Bytes> {
    let text = &amounts.memory.as_ref()?.0;
    let parsed = Bytes::parse(text);
    if parsed.is_none() {
        refuse(path, format!("`{text}` is no amount of memory: write bytes, as in 64Mi or 1Gi"));
    }
    parsed
}
