//! The pod, and when it is started anew.

use contracts::identity::Part;
use serde_json::{Value, json};

use crate::manifest::Component::Prometheus;
use crate::plan::MetricsServer;
use crate::resources::Demand;
use crate::server::Server;
use crate::{Inputs, Manifest, ValidatedStack};
use crate::{pod, ports};

const DATA: &str = "/prometheus";

pub fn stateful_set(stack: &ValidatedStack, inputs: &Inputs, config: &Manifest) -> Manifest {
    let name = super::name(stack);
    let server = Server {
        component: Prometheus,
        part: Part::Prometheus,
        container: container(stack, inputs),
        volumes: json!([
            { "name": "data", "persistentVolumeClaim": { "claimName": name } },
            { "name": "config", "configMap": { "name": name, "defaultMode": 0o444 } },
        ]),
        reads: vec![config],
        name,
    };
    server.stateful_set(stack)
}

fn container(stack: &ValidatedStack, inputs: &Inputs) -> Value {
    let settings = stack.observability.embedded.as_ref().expect("only an embedded Prometheus has pods");
    let image = settings.image.as_ref().unwrap_or(&inputs.images.prometheus);
    let mut container = pod::container(stack, "prometheus", image, Demand::of_prometheus());
    container["command"] = json!(command(stack, settings));
    // Below the container's limit of 256 MiB: the collector works harder before the kernel ends the process.
    container["env"] = json!([{ "name": "GOMEMLIMIT", "value": "200MiB" }]);
    container["ports"] = json!([pod::container_port("http", ports::PROMETHEUS)]);
    if stack.mtls {
        // The kubelet has no certificate to show.
        container["readinessProbe"] = pod::tcp_probe("http", 5, 2);
        container["livenessProbe"] = pod::tcp_probe("http", 10, 6);
    } else {
        // It is ready once it has read its log again, which takes as long as there is log.
        container["startupProbe"] = pod::http_probe("http", "/-/ready", 1, 3600);
        container["readinessProbe"] = pod::http_probe("http", "/-/ready", 5, 2);
        container["livenessProbe"] = pod::http_probe("http", "/-/healthy", 10, 6);
    }
    container["volumeMounts"] = json!([
        { "name": "data", "mountPath": DATA },
        { "name": "config", "mountPath": "/etc/ecommercestack/config", "readOnly": true },
    ]);
    container
}

fn command(stack: &ValidatedStack, settings: &MetricsServer) -> Vec<String> {
    // What is being written comes on top of what is kept.
    let size = settings.volume.size.count() / 5 * 4;
    let mut command = vec![
        "/bin/prometheus".to_owned(),
        "--config.file=/etc/ecommercestack/config/prometheus.yml".to_owned(),
        format!("--web.listen-address=:{}", ports::PROMETHEUS),
        format!("--storage.tsdb.path={DATA}"),
        format!("--storage.tsdb.retention.time={}h", settings.retention.as_secs() / 3600),
        format!("--storage.tsdb.retention.size={size}B"),
        // A query that somebody else sends must not cost the operator its answers.
        "--query.timeout=10s".to_owned(),
        "--query.max-samples=2000000".to_owned(),
    ];
    if stack.mtls {
        command.push("--web.config.file=/etc/ecommercestack/config/web.yml".to_owned());
    }
    command
}
