//! Whom it asks, how often, and what it calls them.

use contracts::Role;
use contracts::identity::{Identity, Part};
use serde_json::json;

use crate::configuration;
use crate::manifest::Component::Prometheus;
use crate::pod_monitor::FAMILIES;
use crate::ports::Rabbitmq;
use crate::{Manifest, ValidatedStack, names, pod};

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
        rabbitmq = names::rabbitmq_nodes(stack),
        rabbitmq_port = Rabbitmq::Metrics.port(stack.mtls),
        tls_of_services = tls(stack, &names::metrics(stack)),
        tls_of_rabbitmq = tls(stack, &names::rabbitmq(stack)),
    );
    let mut files = json!({ "prometheus.yml": config });
    if stack.mtls {
        files["web.yml"] = json!(web(stack));
    }
    configuration::config_map(stack, Prometheus, super::name(stack), &files)
}

/// How a target of this name is asked under mTLS. The files are read again for each connection.
fn tls(stack: &ValidatedStack, server_name: &str) -> String {
    if !stack.mtls {
        return String::new();
    }
    format!(include_str!("tls.yml"), dir = pod::TLS_DIR, server_name = server_name)
}

/// Who may ask it: the operator, and whoever has its own certificate, as KEDA does.
fn web(stack: &ValidatedStack) -> String {
    let identity =
        |part| Identity { namespace: stack.namespace.clone(), stack: stack.name.clone(), part }.to_string();
    format!(
        include_str!("web.yml"),
        dir = pod::TLS_DIR,
        operator = identity(Part::Operator),
        own = identity(Part::Prometheus),
    )
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
