//! What all pods have in common: they pass Pod Security `restricted`, and the root file system is read-only.

use serde_json::{Value, json};

use contracts::identity::Part;

use crate::resources::Demand;
use crate::{ValidatedStack, names};

/// The user of the shop's own image, which has no users of its own.
pub const SHOP_UID: u32 = 65532;
/// postgres and rabbitmq in the official images, and in those built from Debian's packages; Prometheus runs as anyone.
pub const SERVER_UID: u32 = 999;

fn security_context(uid: u32) -> Value {
    json!({
        "runAsNonRoot": true,
        "runAsUser": uid,
        "runAsGroup": uid,
        "seccompProfile": { "type": "RuntimeDefault" },
    })
}

/// A container without commands, ports and probes.
pub fn container(stack: &ValidatedStack, name: &str, image: &str, demand: Demand) -> Value {
    json!({
        "name": name,
        "image": image,
        "imagePullPolicy": stack.pull.policy,
        "resources": demand.manifest(),
        "securityContext": {
            "allowPrivilegeEscalation": false,
            "capabilities": { "drop": ["ALL"] },
            "readOnlyRootFilesystem": true,
        },
    })
}

/// A pod of one container.
pub fn spec(stack: &ValidatedStack, service_account: &str, uid: u32, container: &Value) -> Value {
    let mut spec = json!({
        "serviceAccountName": service_account,
        "automountServiceAccountToken": false,
        // Other Services' addresses in the environment: nobody reads them, and they are many in a busy namespace.
        "enableServiceLinks": false,
        "securityContext": security_context(uid),
        "containers": [container],
    });
    if !stack.pull.secrets.is_empty() {
        let secrets: Vec<Value> = stack.pull.secrets.iter().map(|name| json!({ "name": name })).collect();
        spec["imagePullSecrets"] = json!(secrets);
    }
    if let Some(class) = &stack.priority_class {
        spec["priorityClassName"] = json!(class);
    }
    spec
}

/// Makes volumes belong to the user's group.
pub fn own_volumes(spec: &mut Value, gid: impl Into<u64>) {
    spec["securityContext"]["fsGroup"] = json!(gid.into());
    // Or the kubelet would go through every file of a large volume before each start.
    spec["securityContext"]["fsGroupChangePolicy"] = json!("OnRootMismatch");
}

/// Where a pod finds its certificate.
pub const TLS_DIR: &str = "/etc/ecommercestack/tls";

/// Gives the pod the certificate of `part`, in its first container. As a directory, for the kubelet never renews single files; and
/// no hash of it is on the pod, for everyone reads it again by himself.
pub fn mount_certificate(stack: &ValidatedStack, spec: &mut Value, part: Part) {
    if !stack.mtls {
        return;
    }
    let secret = json!({ "secretName": names::certificate(&stack.name, part), "defaultMode": 0o440 });
    push(&mut spec["volumes"], json!({ "name": "tls", "secret": secret }));
    let mount = json!({ "name": "tls", "mountPath": TLS_DIR, "readOnly": true });
    push(&mut spec["containers"][0]["volumeMounts"], mount);
    // Or only root could read the key.
    if let Some(gid) = spec["securityContext"]["runAsGroup"].as_u64() {
        own_volumes(spec, gid);
    }
}

/// At the end of a list that may not be there yet.
pub fn push(list: &mut Value, item: Value) {
    match list {
        Value::Array(items) => items.push(item),
        other => *other = json!([item]),
    }
}

pub fn tcp_probe(port: &str, period_s: u32, failures: u32) -> Value {
    json!({ "tcpSocket": { "port": port }, "periodSeconds": period_s, "timeoutSeconds": 3, "failureThreshold": failures })
}

pub fn http_probe(port: &str, path: &str, period_s: u32, failures: u32) -> Value {
    json!({
        "httpGet": { "path": path, "port": port, "scheme": "HTTP" },
        "periodSeconds": period_s,
        "timeoutSeconds": 3,
        "failureThreshold": failures,
    })
}

/// Of a service's admin port. The kubelet trusts any certificate and shows none, and is told of health all the same.
pub fn admin_probe(stack: &ValidatedStack, path: &str, period_s: u32, failures: u32) -> Value {
    let mut probe = http_probe("admin", path, period_s, failures);
    if stack.mtls {
        probe["httpGet"]["scheme"] = json!("HTTPS");
    }
    probe
}

/// A container's port, and a Service's for it.
pub fn container_port(name: &str, port: u16) -> Value {
    json!({ "name": name, "containerPort": port, "protocol": "TCP" })
}

pub fn service_port(name: &str, port: u16) -> Value {
    json!({ "name": name, "port": port, "targetPort": name, "protocol": "TCP" })
}
