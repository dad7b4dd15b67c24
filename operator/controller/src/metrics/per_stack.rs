//! Gauges of the parts of each stack. The library's own vector keeps labels and a description for each; here they are made when
//! somebody asks, for a thousand stacks have twenty thousand parts.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use prometheus::core::{Collector, Desc};
use prometheus::proto::MetricFamily;
use prometheus::{IntGaugeVec, Opts, Registry};

use crate::stack_key::StackKey;

pub type Parts = BTreeMap<&'static str, i64>;

#[derive(Clone)]
pub struct PerStack {
    options: Opts,
    /// What the name of a part is called.
    label: &'static str,
    /// Never has a value.
    empty: IntGaugeVec,
    values: Arc<Mutex<HashMap<StackKey, Parts>>>,
}

impl PerStack {
    pub fn registered(registry: &Registry, options: Opts, label: &'static str) -> Self {
        let empty = gauge(&options, label);
        let metric = Self { options, label, empty, values: Arc::default() };
        registry.register(Box::new(metric.clone())).expect("names are unique");
        metric
    }

    pub fn set(&self, stack: &StackKey, part: &'static str, value: i64) {
        self.with(|values| match values.get_mut(stack) {
            Some(parts) => drop(parts.insert(part, value)),
            None => drop(values.insert(stack.clone(), Parts::from([(part, value)]))),
        });
    }

    pub fn remove(&self, stack: &StackKey, part: &'static str) {
        self.with(|values| {
            if let Some(parts) = values.get_mut(stack) {
                parts.remove(part);
                if parts.is_empty() {
                    values.remove(stack);
                }
            }
        });
    }

    /// What is not among `parts` is gone.
    pub fn replace(&self, stack: &StackKey, parts: Parts) {
        self.with(|values| {
            if parts.is_empty() {
                values.remove(stack);
            } else {
                values.insert(stack.clone(), parts);
            }
        });
    }

    fn with<T>(&self, act: impl FnOnce(&mut HashMap<StackKey, Parts>) -> T) -> T {
        act(&mut self.values.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Collector for PerStack {
    fn desc(&self) -> Vec<&Desc> {
        self.empty.desc()
    }

    fn collect(&self) -> Vec<MetricFamily> {
        let all = gauge(&self.options, self.label);
        self.with(|values| {
            for (StackKey { namespace, name }, parts) in values.iter() {
                for (part, value) in parts {
                    all.with_label_values(&[namespace.as_str(), name, part]).set(*value);
                }
            }
        });
        all.collect()
    }
}

fn gauge(options: &Opts, label: &str) -> IntGaugeVec {
    IntGaugeVec::new(options.clone(), &["namespace", "stack", label]).expect("names and labels are valid")
}

#[cfg(test)]
mod tests {
    use contracts::Role;
    use k8s_openapi::jiff::Timestamp;

    use crate::facts::Certificates;
    use crate::metrics::Metrics;
    use crate::stack_key::StackKey;

    fn shown(metrics: &Metrics) -> Vec<String> {
        let page = String::from_utf8(metrics.text()).unwrap();
        page.lines().filter(|line| line.contains("stack=")).map(str::to_owned).collect()
    }

    #[test]
    fn a_page_shows_the_parts_of_each_stack_as_they_are_now() {
        let (metrics, one, two) = (Metrics::new(), StackKey::new("a", "one"), StackKey::new("b", "two"));
        metrics.scaling().desires(&one, Role::Orders, 1);
        metrics.scaling().desires(&one, Role::Orders, 3);
        metrics.scaling().desires(&two, Role::Users, 2);
        let gauge = "ecommerce_operator_autoscaling_desired_replicas";
        let first = format!(r#"{gauge}{{namespace="a",service="orders",stack="one"}} 3"#);
        let second = format!(r#"{gauge}{{namespace="b",service="users",stack="two"}} 2"#);
        assert_eq!(shown(&metrics), [first, second.clone()]);

        metrics.scaling().forgets(&one, Role::Orders);
        assert_eq!(shown(&metrics), [second]);
    }

    #[test]
    fn certificates_that_are_no_more_are_shown_no_more() {
        let (metrics, stack) = (Metrics::new(), StackKey::new("a", "one"));
        let ending = |second| Certificates {
            authority_expires: Timestamp::from_second(second).ok(),
            ..Certificates::default()
        };
        metrics.certificates().record(&stack, Some(&ending(7)));
        metrics.certificates().record(&stack, Some(&ending(8)));
        let gauge = "ecommerce_operator_certificate_expiry_seconds";
        assert_eq!(shown(&metrics), [format!(r#"{gauge}{{namespace="a",part="ca",stack="one"}} 8"#)]);

        metrics.certificates().record(&stack, None);
        assert!(shown(&metrics).is_empty());
    }
}
