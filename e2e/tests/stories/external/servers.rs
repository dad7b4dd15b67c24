//! A Postgres and a RabbitMQ that no operator made: two pods with their Services, as somebody else would run them.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use e2e::guests::Guests;
use e2e::kubectl::{kubectl, try_kubectl};
use serde_json::{Value, json};

pub const POSTGRES: &str = "their-postgres";
pub const RABBITMQ: &str = "their-rabbitmq";
pub const ADMIN: &str = "their-admin";
/// Of both servers' administrator, to begin with.
pub const PASSWORD: &str = "as-it-was-made";
const UP_WITHIN: Duration = Duration::from_secs(90);

const START_POSTGRES: &str = "\
bin=/usr/lib/postgresql/17/bin data=/data/pgdata
$bin/initdb --pgdata $data --username $ADMIN --pwfile <(echo \"$PASSWORD\") --auth-local trust --auth-host scram-sha-256 >/dev/null
echo 'host all all all scram-sha-256' >>$data/pg_hba.conf
exec $bin/postgres -D $data -c listen_addresses='*' -c unix_socket_directories=/tmp -c fsync=off -c max_connections=300";

const START_RABBITMQ: &str = "\
cat >/tmp/rabbitmq.conf <<C
default_user = $ADMIN
default_pass = $PASSWORD
loopback_users = none
mqtt.allow_anonymous = false
log.console = true
log.console.level = warning
C
echo '[rabbitmq_management,rabbitmq_mqtt].' >/tmp/enabled_plugins
exec /opt/rabbitmq/sbin/rabbitmq-server";

/// As everyone in the cluster knows it, the operator in its own namespace too.
pub fn host(guests: &Guests, server: &str) -> String {
    format!("{server}.{}.svc", guests.namespace)
}

/// Both, listening.
pub async fn start(guests: &Guests) -> Result<()> {
    let postgres = pod(POSTGRES, "docker.io/library/postgres:17", START_POSTGRES, &[5432]);
    let rabbitmq = pod(RABBITMQ, "docker.io/library/rabbitmq:4.0", START_RABBITMQ, &[5672, 1883, 15672]);
    for object in postgres.into_iter().chain(rabbitmq) {
        guests.apply(&object).await?;
    }
    let (namespace, timeout) = (&guests.namespace, format!("--timeout={}s", UP_WITHIN.as_secs()));
    let pods = [POSTGRES, RABBITMQ].map(|name| format!("pod/{name}"));
    kubectl(&["-n", namespace, "wait", "--for=condition=Ready", &pods[0], &pods[1], &timeout]).await?;
    Ok(())
}

/// Without the labels of a stack, so no policy of one is about it.
fn pod(name: &str, image: &str, script: &str, ports: &[u16]) -> [Value; 2] {
    let metadata = json!({"name": name, "labels": {"server": name}});
    let secured = json!({
        "allowPrivilegeEscalation": false,
        "capabilities": {"drop": ["ALL"]},
        "readOnlyRootFilesystem": true,
    });
    let container = json!({
        "name": "server",
        "image": image,
        "imagePullPolicy": "IfNotPresent",
        "command": ["bash", "-euc", script],
        "env": [
            {"name": "ADMIN", "value": ADMIN},
            {"name": "PASSWORD", "value": PASSWORD},
            {"name": "HOME", "value": "/data"},
            {"name": "RABBITMQ_MNESIA_BASE", "value": "/data/mnesia"},
            {"name": "RABBITMQ_CONFIG_FILE", "value": "/tmp/rabbitmq.conf"},
            {"name": "RABBITMQ_ENABLED_PLUGINS_FILE", "value": "/tmp/enabled_plugins"},
            {"name": "RABBITMQ_LOGS", "value": "-"},
            {"name": "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS", "value": "+S 2:2 +sbwt none"},
        ],
        "readinessProbe": {"tcpSocket": {"port": ports[ports.len() - 1]}, "periodSeconds": 1, "failureThreshold": 120},
        "resources": {"requests": {"cpu": "50m", "memory": "64Mi"}},
        "securityContext": secured,
        "volumeMounts": [{"name": "data", "mountPath": "/data"}, {"name": "tmp", "mountPath": "/tmp"}],
    });
    let spec = json!({
        "containers": [container],
        "securityContext": {
            "runAsNonRoot": true, "runAsUser": 999, "runAsGroup": 999, "fsGroup": 999,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "terminationGracePeriodSeconds": 0,
        "volumes": [{"name": "data", "emptyDir": {}}, {"name": "tmp", "emptyDir": {}}],
    });
    let ports: Vec<Value> =
        ports.iter().map(|port| json!({"name": format!("port-{port}"), "port": port})).collect();
    [
        json!({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}),
        json!({
            "apiVersion": "v1", "kind": "Service", "metadata": metadata,
            "spec": {"selector": {"server": name}, "ports": ports},
        }),
    ]
}

/// What the database says to its administrator.
pub async fn sql(guests: &Guests, statements: &str) -> Result<String> {
    let psql = ["psql", "--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set", "ON_ERROR_STOP=on"];
    let as_admin = ["--host", "/tmp", "--username", ADMIN, "--dbname", "postgres"];
    let exec = ["-n", &guests.namespace, "exec", "-i", POSTGRES, "--"];
    let said = try_kubectl(&[&exec[..], &psql, &as_admin].concat(), statements).await?;
    ensure!(said.succeeded, "{}", said.err.trim());
    Ok(said.out)
}

pub async fn change_password_of_broker(guests: &Guests, password: &str) -> Result<()> {
    let change = ["rabbitmqctl", "--quiet", "change_password", ADMIN, password];
    let exec = ["-n", &guests.namespace, "exec", RABBITMQ, "--"];
    kubectl(&[&exec[..], &change].concat()).await.map(drop).context("the broker has the user")
}

/// Exactly these keys.
pub async fn secret(guests: &Guests, name: &str, values: &[(String, String)]) -> Result<()> {
    let values: serde_json::Map<_, _> =
        values.iter().map(|(key, value)| (key.clone(), json!(value))).collect();
    let metadata = json!({"name": name});
    let secret = json!({"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "stringData": values});
    let namespace = &guests.namespace;
    let said = try_kubectl(&["-n", namespace, "delete", "secret", name, "--ignore-not-found"], "").await?;
    ensure!(said.succeeded, "{}", said.err.trim());
    guests.apply(&secret).await
}
