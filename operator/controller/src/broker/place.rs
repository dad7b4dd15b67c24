//! Where the management API of a stack's broker is, and who the operator is to it.

use contracts::identity::Part;
use operator_desired::ports::Rabbitmq;
use operator_desired::{ExternalBroker, Kind, MessagingPlan, RootSecret, ValidatedStack, certificate_name};
use serde_json::Value;

use super::http::Trust;
use super::management::Place;
use crate::cluster::{Cluster, Outcome};
use crate::live::Live;

/// None: it is not up, or the operator can't show who it is yet.
pub async fn place(
    cluster: &Cluster,
    stack: &ValidatedStack,
    root: &RootSecret,
    live: &Live,
    external: Option<&ExternalBroker>,
) -> Outcome<Option<Place>> {
    let credentials = match stack.messaging() {
        MessagingPlan::External { .. } => return Ok(external.map(elsewhere)),
        MessagingPlan::Embedded(_) => embedded_is_up(stack, live).then(|| root.broker_administrator()),
        MessagingPlan::Cluster(_) => match default_user(stack, live) {
            Some(user) => user.read(cluster, stack.namespace()).await?,
            None => None,
        },
    };
    let (Some((username, password)), Some(trust)) = (credentials, trust(stack, live)) else {
        return Ok(None);
    };
    let url = url(stack, &rabbitmq(stack));
    Ok(Some(Place { url, username, password: password.into(), trust }))
}

/// One node, by its pod.
pub fn node(stack: &ValidatedStack, root: &RootSecret, live: &Live, pod: &str) -> Option<Place> {
    let (username, password) = root.broker_administrator();
    let url = url(stack, &format!("{pod}.{}-nodes", rabbitmq(stack)));
    Some(Place { url, username, password: password.into(), trust: trust(stack, live)? })
}

pub fn rabbitmq(stack: &ValidatedStack) -> String {
    format!("{}-rabbitmq", stack.name())
}

fn url(stack: &ValidatedStack, service: &str) -> String {
    let (scheme, port) =
        (if stack.mtls() { "https" } else { "http" }, Rabbitmq::Management.port(stack.mtls()));
    format!("{scheme}://{service}.{}.svc:{port}", stack.namespace())
}

fn elsewhere(broker: &ExternalBroker) -> Place {
    Place {
        url: broker.management_url.clone(),
        username: broker.username.clone(),
        password: broker.password.clone().into(),
        trust: Trust { authorities: broker.ca.clone(), own: None },
    }
}

fn embedded_is_up(stack: &ValidatedStack, live: &Live) -> bool {
    let set = live.get(Kind::named("StatefulSet"), &rabbitmq(stack));
    set.is_some_and(|set| set.value["status"]["readyReplicas"].as_i64().unwrap_or(0) > 0)
}

/// The certificate that the operator has in this stack; None: not yet.
fn trust(stack: &ValidatedStack, live: &Live) -> Option<Trust> {
    if !stack.mtls() {
        return Some(Trust::default());
    }
    let secret = live.get(Kind::named("Secret"), &certificate_name(stack.name(), Part::Operator))?;
    let data = secret.data();
    let text = |key: &str| String::from_utf8(data.get(key)?.clone()).ok();
    let own = format!("{}\n{}", text("tls.crt")?, text("tls.key")?);
    Some(Trust { authorities: Some(text("ca.crt")?), own: Some(own) })
}

/// The Secret with the administrator whom RabbitMQ's operator makes.
struct DefaultUser {
    secret: String,
    username: String,
    password: String,
}

fn default_user(stack: &ValidatedStack, live: &Live) -> Option<DefaultUser> {
    let status = &live.get(Kind::named("RabbitmqCluster"), &rabbitmq(stack))?.value["status"];
    let available = |one: &Value| one["type"] == "ClusterAvailable" && one["status"] == "True";
    status["conditions"].as_array()?.iter().find(|one| available(one))?;
    let reference = &status["defaultUser"]["secretReference"];
    let key = |key: &str| reference["keys"][key].as_str().unwrap_or(key).to_owned();
    Some(DefaultUser {
        secret: reference["name"].as_str()?.to_owned(),
        username: key("username"),
        password: key("password"),
    })
}

impl DefaultUser {
    async fn read(&self, cluster: &Cluster, namespace: &str) -> Outcome<Option<(String, String)>> {
        let Some(secret) = cluster.get(Kind::named("Secret"), namespace, &self.secret).await? else {
            return Ok(None);
        };
        let data = secret.data();
        let text = |key: &String| String::from_utf8(data.get(key)?.clone()).ok();
        Ok(text(&self.username).zip(text(&self.password)))
    }
}
