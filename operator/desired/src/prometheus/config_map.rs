//! Whom it asks, how often, and what it calls them.

use contracts::Role;
use serde_json::json;

use crate::configuration;
use crate::manifest::Component::Prometheus;
use crate::pod_monitor::FAMILIES;
use crate::{Manifest, ValidatedStack, names};

const LONGEST_SCRAPE_S: u64 = 10;

pub fn config_map(stack: &ValidatedStack) -> Manifest {
    let interval = stack.prometheus().scrape_interval.as_secs();
    let config = format!(
        include_str!("prometheus.yml"),
        interval = interval,
        timeout = interval.min(LONGEST_SCRAPE_S),
        pods = names::metrics(stack),
        namespace = stack.namespace,
        stack = stack.name,
        services = services(),
        families = FAMILIES.join(", "),
        vhost = names::VHOST,
        rabbitmq = names::rabbitmq(stack),
    );
    configuration::config_map(stack, Prometheus, super::name(stack), &json!({ "prometheus.yml": config }))
}

/// Of all roles, whether or not they run: to disable one must not start Prometheus anew.
fn services() -> String {
    let rule = |role: Role| {
        format!(
            "      - {{source_labels: [__meta_dns_srv_record_port], regex: '{}', target_label: service, replacement: {role}}}\n",
            role.spec().admin_port
        )
    };
    Role::ALL.into_iter().map(rule).collect()
}
