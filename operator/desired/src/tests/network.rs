//! The policies as a cluster reads them, held against the call graph: what has no edge is refused.

use contracts::Role;
use serde_json::{Value, json};

use super::golden::traced;
use super::stacks::{built, inputs, valid};
use crate::{Desired, Node, edges};

/// A pod, or a server outside, as policies see it.
#[derive(Debug)]
struct Host {
    name: String,
    namespace: &'static str,
    labels: Value,
}

fn host(name: &str, namespace: &'static str, labels: Value) -> Host {
    Host { name: name.to_owned(), namespace, labels }
}

fn of_stack(name: &str, component: &str) -> Host {
    let labels = json!({
        "app.kubernetes.io/name": name,
        "app.kubernetes.io/instance": "shop",
        "app.kubernetes.io/component": component,
        "app.kubernetes.io/part-of": "ecommerce-stack",
        "app.kubernetes.io/managed-by": "ecommerce-operator",
    });
    host(if component == "migration" { "migrations" } else { name }, "shop", labels)
}

/// Everyone there could be: the stack's own pods, those it deals with, and strangers near and far.
fn hosts() -> Vec<Host> {
    let mut all: Vec<Host> = Role::ALL.iter().map(|role| of_stack(role.name(), "service")).collect();
    all.extend([
        of_stack("orders", "migration"),
        of_stack("setup", "setup"),
        of_stack("backup", "backup"),
        of_stack("postgres", "database"),
        of_stack("rabbitmq", "messaging"),
        of_stack("prometheus", "metrics"),
        host("operator", "shop-system", json!({ "app.kubernetes.io/name": "ecommerce-operator" })),
        host("dns", "kube-system", json!({ "k8s-app": "kube-dns" })),
        host("traefik", "ingress", json!({ "app": "traefik" })),
        host("grafana", "monitoring", json!({ "app": "grafana" })),
        host("neighbour", "shop", json!({ "app": "neighbour" })),
        host("stranger", "elsewhere", json!({ "app.kubernetes.io/name": "orders" })),
    ]);
    all
}

fn matches(selector: &Value, labels: &Value) -> bool {
    let all = |labels_wanted: &Value| {
        labels_wanted
            .as_object()
            .is_none_or(|wanted| wanted.iter().all(|(key, value)| labels.get(key) == Some(value)))
    };
    // The only expression that is used: a label that everyone has.
    all(&selector["matchLabels"])
}

fn is_peer(peer: &Value, host: &Host) -> bool {
    if peer["ipBlock"].is_object() {
        return false;
    }
    let namespace = match peer.get("namespaceSelector") {
        Some(selector) => matches(selector, &json!({ "kubernetes.io/metadata.name": host.namespace })),
        None => host.namespace == "shop",
    };
    namespace && matches(&peer["podSelector"], &host.labels)
}

/// Whether the policies that select `of` let it exchange packets with `other`.
fn passes(
    desired: &Desired,
    of: &Host,
    other: &Host,
    direction: [&str; 2],
    port: u16,
    protocol: &str,
) -> bool {
    let policies = desired.manifests().filter(|manifest| manifest.kind().kind == "NetworkPolicy");
    let mut selecting = policies
        .map(|manifest| &manifest.value()["spec"])
        .filter(|spec| of.namespace == "shop" && matches(&spec["podSelector"], &of.labels))
        .peekable();
    if selecting.peek().is_none() {
        return true;
    }
    let [rules, peers] = direction;
    let of_rule = |rule: &Value| {
        let ports = rule["ports"].as_array().unwrap();
        ports.iter().any(|one| {
            let first = one["port"].as_u64().unwrap();
            let last = one["endPort"].as_u64().unwrap_or(first);
            (first..=last).contains(&u64::from(port)) && one["protocol"] == protocol
        }) && rule[peers].as_array().is_none_or(|peers| peers.iter().any(|peer| is_peer(peer, other)))
    };
    selecting.any(|spec| spec[rules].as_array().is_some_and(|rules| rules.iter().any(of_rule)))
}

fn allowed(desired: &Desired, from: &Host, to: &Host, port: u16, protocol: &str) -> bool {
    passes(desired, from, to, ["egress", "to"], port, protocol)
        && passes(desired, to, from, ["ingress", "from"], port, protocol)
}

/// Every port that anything in or around a stack listens on, and one that nobody does.
fn ports() -> Vec<u16> {
    let of_roles = Role::ALL.iter().flat_map(|role| [role.spec().port, role.spec().admin_port]);
    of_roles
        .chain([
            53, 443, 587, 4369, 5432, 5671, 5672, 1883, 8883, 9090, 15671, 15672, 15691, 15692, 25672, 35671,
            35672, 35682, 35683, 6000,
        ])
        .collect()
}

/// The same again, without lists: what the design says of a stack with all defaults.
fn expected(from: &str, to: &str, port: u16) -> bool {
    let (caller, called) = (Role::find(from), Role::find(to));
    let of_database = ["migrations", "setup", "backup", "operator"];
    let own = |name: &str| {
        Role::find(name).is_some()
            || ["migrations", "setup", "backup", "postgres", "rabbitmq", "prometheus"].contains(&name)
    };
    match to {
        _ if !own(from) && !own(to) => true,
        "dns" => {
            port == 53 && (from != "storefront" && from != "postgres") || (from == "inventory" && port == 443)
        }
        // The world outside, where nobody refuses anything.
        _ if !own(to) => from == "inventory" && port == 443,
        "postgres" => {
            port == 5432
                && (caller.is_some_and(|role| role.spec().owns_database) || of_database.contains(&from))
        }
        "rabbitmq" => match port {
            5671 => caller.is_some_and(|role| role.spec().owns_database) || from == "operator",
            8883 => caller.is_some_and(|role| role.spec().publishes_mqtt) || from == "operator",
            15671 => from == "operator",
            15691 => from == "prometheus",
            4369 | 25672 | 35672..=35682 => from == "rabbitmq",
            _ => false,
        },
        "prometheus" => port == 9090 && from == "operator",
        _ => called.is_some_and(|called| {
            let spec = called.spec();
            (port == spec.port && caller.is_some_and(|caller| caller.spec().calls.contains(&called)))
                || (port == spec.port && called == Role::Gateway && from != to && may_send(from))
                || (port == spec.admin_port && ["operator", "prometheus"].contains(&from))
        }),
    }
}

/// Whoever has no policy of his own that keeps him from it.
fn may_send(from: &str) -> bool {
    ["operator", "dns", "traefik", "grafana", "neighbour", "stranger"].contains(&from)
}

#[test]
fn every_pair_without_an_edge_is_refused_and_every_edge_is_open() {
    let desired = built(json!({}));
    for from in hosts() {
        for to in hosts() {
            for port in ports() {
                let found = allowed(&desired, &from, &to, port, "TCP");
                assert_eq!(
                    found,
                    expected(&from.name, &to.name, port),
                    "{} to {}:{port}",
                    from.name,
                    to.name
                );
            }
        }
    }
}

#[test]
fn names_are_asked_for_over_both_protocols_and_nothing_else_over_udp() {
    let desired = built(json!({}));
    let all = hosts();
    let dns = all.iter().find(|host| host.name == "dns").unwrap();
    let orders = all.iter().find(|host| host.name == "orders").unwrap();
    assert!(allowed(&desired, orders, dns, 53, "UDP") && allowed(&desired, orders, dns, 53, "TCP"));
    for to in &all {
        assert!(!allowed(&desired, orders, to, 5432, "UDP"), "{}", to.name);
    }
}

#[test]
fn only_the_pods_that_are_named_come_in_and_read_metrics() {
    let desired = built(json!({ "security": { "networkPolicy": {
        "ingressFrom": { "namespaceLabels": { "kubernetes.io/metadata.name": "ingress" }, "podLabels": { "app": "traefik" } },
        "metricsFrom": { "namespaceLabels": { "kubernetes.io/metadata.name": "monitoring" } },
    } } }));
    let all = hosts();
    let [gateway, rabbitmq, prometheus] =
        ["gateway", "rabbitmq", "prometheus"].map(|name| all.iter().find(|host| host.name == name).unwrap());
    let senders = |to: &Host, port: u16| -> Vec<&str> {
        let passing = all.iter().filter(|from| allowed(&desired, from, to, port, "TCP"));
        passing.map(|from| from.name.as_str()).collect()
    };
    assert_eq!(senders(gateway, 8080), ["traefik"]);
    assert_eq!(senders(gateway, 9080), ["prometheus", "operator", "grafana"]);
    assert_eq!(senders(rabbitmq, 15691), ["prometheus", "grafana"]);
    assert_eq!(senders(prometheus, 9090), ["operator", "grafana"]);
}

#[test]
fn without_certificates_the_plain_ports_are_open_and_the_others_are_not() {
    let desired = built(json!({ "security": { "mtls": { "enabled": false } } }));
    let all = hosts();
    let [orders, rabbitmq] =
        ["orders", "rabbitmq"].map(|name| all.iter().find(|host| host.name == name).unwrap());
    let open: Vec<u16> =
        ports().into_iter().filter(|port| allowed(&desired, orders, rabbitmq, *port, "TCP")).collect();
    assert_eq!(open, [5672]);
}

#[test]
fn the_world_is_open_to_whoever_is_set_up_for_it() {
    let ports = |spec: Value| -> Vec<(String, u16)> {
        let edges = edges(&valid(spec), &inputs());
        let out = edges.into_iter().filter(|edge| edge.to == Node::Anywhere);
        out.map(|edge| (edge.from.to_string(), edge.port)).collect()
    };
    let named = |list: &[(&str, u16)]| -> Vec<(String, u16)> {
        list.iter().map(|(name, port)| ((*name).to_owned(), *port)).collect()
    };
    assert_eq!(ports(json!({})), named(&[("inventory", 443)]));
    let services = json!({
        "payments": { "secretName": "stripe", "config": { "provider": "Stripe" } },
        "notifications": { "secretName": "smtp" },
    });
    let out = [
        ("payments", 443),
        ("notifications", 25),
        ("notifications", 443),
        ("notifications", 465),
        ("notifications", 587),
    ];
    let all: Vec<(&str, u16)> = [("inventory", 443)].into_iter().chain(out).collect();
    assert_eq!(ports(json!({ "services": services })), named(&all));
}

#[test]
fn keda_may_ask_where_it_scales() {
    let keda = |mode: &str| {
        let stack = valid(json!({ "services": { "catalog": { "scaling": { "mode": mode } } } }));
        edges(&stack, &inputs()).iter().any(|edge| edge.from == Node::Keda)
    };
    assert!(keda("KEDA") && !keda("Native"));
}

#[test]
fn a_service_that_is_disabled_is_no_part_of_the_graph() {
    let off = json!({ "services": { "payments": { "enabled": false } } });
    let payments = Node::Service(Role::Payments);
    assert!(edges(&valid(off), &inputs()).iter().all(|edge| edge.from != payments && edge.to != payments));
}

#[test]
fn policies_can_be_left_to_somebody_else() {
    let desired = built(json!({ "security": { "networkPolicy": { "enabled": false } } }));
    assert!(desired.manifests().all(|manifest| manifest.kind().kind != "NetworkPolicy"));
}

#[test]
fn the_policy_that_refuses_everything_is_written_last() {
    let desired = built(json!({}));
    let names: Vec<&str> = desired
        .manifests()
        .filter(|manifest| manifest.kind().kind == "NetworkPolicy")
        .map(crate::Manifest::name)
        .collect();
    assert_eq!(names.last(), Some(&"shop-default-deny"));
}

/// Of whoever has a database, and of the gateway: where they find database and broker.
fn homes(spec: Value) -> Vec<String> {
    let edges = edges(&valid(spec), &inputs());
    let outside = edges
        .iter()
        .filter(|edge| [Node::Service(Role::Orders), Node::Service(Role::Gateway)].contains(&edge.from));
    let servers = outside.filter(|edge| edge.to > Node::Migrations && edge.to != Node::Dns);
    servers.map(|edge| format!("{} {} {}", edge.from, edge.to, edge.port)).collect()
}

#[test]
fn database_and_broker_are_where_the_modes_say() {
    let external = json!({ "mode": "External", "external": { "secretName": "x" } });
    let elsewhere = homes(json!({ "database": external, "messaging": external }));
    assert_eq!(elsewhere, ["gateway anywhere 8883", "orders anywhere 5432", "orders anywhere 5671"]);
    let looked_after = homes(json!({
        "database": { "mode": "CloudNativePG" }, "messaging": { "mode": "RabbitmqCluster" },
    }));
    let expected =
        ["gateway rabbitmq-cluster 8883", "orders postgres-cluster 5432", "orders rabbitmq-cluster 5671"];
    assert_eq!(looked_after, expected);
}

#[test]
fn dumps_go_to_the_store_and_come_from_it_on_its_port() {
    let s3 = |endpoint: &str| json!({ "endpoint": endpoint, "bucket": "dumps", "secretName": "s3" });
    let stack = valid(json!({ "database": {
        "embedded": { "backup": { "s3": s3("https://s3.example.com") } },
        "restoreFrom": { "s3": s3("http://minio.storage:9000/below") },
    } }));
    let edges = edges(&stack, &inputs());
    let out = |node| edges.iter().filter(move |edge| edge.from == node && edge.to == Node::Anywhere);
    assert_eq!(out(Node::Backup).map(|edge| edge.port).collect::<Vec<_>>(), [443]);
    assert_eq!(out(Node::Setup).map(|edge| edge.port).collect::<Vec<_>>(), [9000]);
}

#[test]
fn traces_go_to_the_namespace_of_the_collector_or_to_its_port_anywhere() {
    let all = hosts();
    let host = |name: &str| all.iter().find(|host| host.name == name).unwrap();
    let near = built(traced("http://collector.monitoring:4318"));
    for role in Role::ALL {
        let from = host(role.name());
        let reached = |to: &str, port: u16| allowed(&near, from, host(to), port, "TCP");
        assert!(reached("grafana", 4318) && reached("dns", 53), "{role}");
        assert!(
            !reached("grafana", 4317) && !reached("neighbour", 4318) && !reached("stranger", 4318),
            "{role}"
        );
    }
    for from in ["migrations", "backup", "postgres", "rabbitmq", "prometheus"] {
        assert!(!allowed(&near, host(from), host("grafana"), 4318, "TCP"), "{from}");
    }
    let far = edges(&valid(traced("https://otlp.example.com")), &inputs());
    let out = far.iter().filter(|edge| edge.to == Node::Anywhere);
    let all_https = out.clone().all(|edge| edge.port == 443);
    assert!(all_https && out.count() == Role::ALL.len(), "{far:?}");
}
