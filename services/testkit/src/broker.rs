//! A vhost of its own for each test, with the topology and the users that production has.

use std::sync::{Arc, Mutex};

use contracts::topology::{self, Rights, User};
use contracts::{Envelope, Message, Role};
use futures::StreamExt;
use lapin::options::{
    BasicAckOptions, BasicConsumeOptions, BasicGetOptions, BasicPublishOptions, ConfirmSelectOptions,
    QueueBindOptions, QueueDeclareOptions,
};
use lapin::types::FieldTable;
use lapin::{BasicProperties, Channel, Connection, ConnectionProperties};
use platform::outbox::Event;
use serde_json::Value;

const PASSWORD: &str = "test";

pub struct TestBroker {
    pub vhost: String,
    api: url::Url,
    amqp: url::Url,
    channel: Channel,
    _connection: Connection,
}

impl TestBroker {
    pub async fn create() -> Self {
        crate::install_tls_provider();
        let vhost = format!("test-{}", uuid::Uuid::now_v7().simple());
        let api = url::Url::parse(&crate::required("TEST_RABBITMQ_API")).unwrap();
        let amqp = url::Url::parse(&crate::required("TEST_AMQP_URL")).unwrap();

        import(&api, &vhost).await;

        let admin = url_of(&amqp, &vhost, "admin");
        let connection = Connection::connect(&admin, ConnectionProperties::default()).await.unwrap();
        let channel = connection.create_channel().await.unwrap();
        channel.confirm_select(ConfirmSelectOptions::default()).await.unwrap();
        Self { vhost, api, amqp, channel, _connection: connection }
    }

    /// As the role itself connects, with the role's own permissions.
    pub fn url(&self, role: Role) -> String {
        url_of(&self.amqp, &self.vhost, role.name())
    }

    /// Over TLS; the broker asks for a certificate.
    pub fn amqps_url(&self, role: Role) -> String {
        let address = crate::required("TEST_AMQPS_ADDR");
        format!("amqps://{0}-{role}:{PASSWORD}@{address}/{0}", self.vhost)
    }

    /// As [`TestBroker::mqtt_url`], over TLS.
    pub fn mqtts_url(&self, role: Role) -> String {
        let address = crate::required("TEST_MQTTS_ADDR");
        format!("mqtts://{0}%3A{0}-{role}:{PASSWORD}@{address}", self.vhost)
    }

    /// For MQTT, where the vhost is part of the user's name: address, user, password.
    pub fn mqtt_url(&self, role: Role) -> String {
        let address = crate::required("TEST_MQTT_ADDR");
        format!("mqtt://{0}%3A{0}-{role}:{PASSWORD}@{address}", self.vhost)
    }

    /// Takes the role's connections down and lets it make no new one.
    pub async fn shut_out(&self, role: Role) {
        let name = format!("{}-{role}", self.vhost);
        for path in [format!("/api/users/{name}"), format!("/api/connections/username/{name}")] {
            let answer = reqwest::Client::new().delete(self.api.join(&path).unwrap()).send().await.unwrap();
            assert!(answer.status().is_success(), "{path}: {}", answer.status());
        }
    }

    /// The end of [`TestBroker::shut_out`].
    pub async fn let_in(&self) {
        import(&self.api, &self.vhost).await;
    }

    /// Delivers a message as its publisher would.
    pub async fn deliver<M: Message>(&self, message: &M) -> Envelope<Value> {
        let event = Event::new(message, kernel::Clock::default().now()).correlated(message.subject());
        self.deliver_envelope(event.envelope()).await;
        event.envelope().clone()
    }

    /// The same envelope again: a duplicate.
    pub async fn deliver_envelope(&self, envelope: &Envelope<Value>) {
        let exchange = match envelope.source.trim_start_matches("/shop/") {
            "gateway" => "amq.topic".to_owned(),
            publisher => topology::exchange(Role::find(publisher).unwrap()),
        };
        self.deliver_raw(&exchange, &envelope.kind, &serde_json::to_vec(envelope).unwrap()).await;
    }

    pub async fn deliver_raw(&self, exchange: &str, routing_key: &str, body: &[u8]) {
        let confirm = self
            .channel
            .basic_publish(
                exchange.into(),
                routing_key.into(),
                BasicPublishOptions { mandatory: true, ..Default::default() },
                body,
                BasicProperties::default(),
            )
            .await
            .unwrap();
        let confirmation = confirm.await.unwrap();
        assert!(confirmation.is_ack() && confirmation.take_message().is_none(), "nobody takes {routing_key}");
    }

    /// The body of one parked message of the role, if there is one.
    pub async fn parked(&self, role: Role) -> Option<Vec<u8>> {
        self.taken(&topology::parking_queue(role)).await
    }

    /// The body of one message out of the role's queue, for a role that does not run here.
    pub async fn received(&self, role: Role) -> Option<Vec<u8>> {
        self.taken(&topology::queue(role)).await
    }

    async fn taken(&self, queue: &str) -> Option<Vec<u8>> {
        let got = self.channel.basic_get(queue.into(), BasicGetOptions { no_ack: true }).await.unwrap();
        got.map(|message| message.delivery.data)
    }

    /// Listens to everything that the role publishes from now on.
    pub async fn capture(&self, role: Role) -> Captured {
        let options = QueueDeclareOptions { exclusive: true, auto_delete: true, ..Default::default() };
        let queue = self.channel.queue_declare("".into(), options, FieldTable::default()).await.unwrap();
        let exchange = topology::exchange(role);
        let (name, all) = (queue.name().clone(), FieldTable::default());
        self.channel
            .queue_bind(
                name.clone(),
                exchange.as_str().into(),
                "#".into(),
                QueueBindOptions::default(),
                all.clone(),
            )
            .await
            .unwrap();
        let mut deliveries = self
            .channel
            .basic_consume(name, "capture".into(), BasicConsumeOptions::default(), all)
            .await
            .unwrap();
        let captured = Captured::default();
        let messages = captured.messages.clone();
        #[expect(clippy::disallowed_methods, reason = "ends with the test's channel")]
        tokio::spawn(async move {
            while let Some(Ok(delivery)) = deliveries.next().await {
                messages.lock().unwrap().push(Envelope::decode(&delivery.data).unwrap());
                let _ = delivery.acker.ack(BasicAckOptions::default()).await;
            }
        });
        captured
    }

    /// For a broker that no `TestApp` removes.
    pub async fn remove(&self) {
        let client = reqwest::Client::new();
        let mut gone = vec![format!("/api/vhosts/{}", self.vhost)];
        let users = Role::ALL.into_iter().map(|role| role.name()).chain(["admin"]);
        gone.extend(users.map(|user| format!("/api/users/{}-{user}", self.vhost)));
        for path in gone {
            let _ = client.delete(self.api.join(&path).unwrap()).send().await;
        }
    }
}

/// Where the broker says what is in its queues.
pub fn broker_metrics() -> String {
    format!("{}/metrics/detailed?family=queue_coarse_metrics", crate::required("TEST_RABBITMQ_METRICS"))
}

/// Users with the permissions of production, and the topology.
async fn import(api: &url::Url, vhost: &str) {
    let user = |name: String, rights| User {
        name,
        password_hash: topology::password_hash([1, 2, 3, 4], PASSWORD),
        rights,
        mark: None,
    };
    let mut users: Vec<User> =
        Role::ALL.into_iter().map(|role| user(format!("{vhost}-{role}"), Rights::Role(role))).collect();
    users.push(user(format!("{vhost}-admin"), Rights::Administrator));
    let definitions = topology::definitions(vhost, &users);
    let sent = reqwest::Client::new().post(api.join("/api/definitions").unwrap()).json(&definitions);
    let answer = sent.send().await.expect("TEST_RABBITMQ_API answers");
    assert!(
        answer.status().is_success(),
        "the broker refused the definitions: {}",
        answer.text().await.unwrap()
    );
}

fn url_of(amqp: &url::Url, vhost: &str, user: &str) -> String {
    let mut url = amqp.clone();
    url.set_username(&format!("{vhost}-{user}")).unwrap();
    url.set_password(Some(PASSWORD)).unwrap();
    url.set_path(vhost);
    url.to_string()
}

/// Messages in the order in which the broker delivered them.
#[derive(Clone, Default)]
pub struct Captured {
    messages: Arc<Mutex<Vec<Envelope<Value>>>>,
}

impl Captured {
    pub fn all(&self) -> Vec<Envelope<Value>> {
        self.messages.lock().unwrap().clone()
    }

    pub fn kinds(&self) -> Vec<String> {
        self.all().into_iter().map(|envelope| envelope.kind).collect()
    }

    /// Waits for the `count`th message of this type and gives its data.
    pub async fn nth<M: Message>(&self, count: usize) -> M {
        crate::eventually(
            &format!("message {count} of type {}, only {:?}", M::TYPE, self.kinds()),
            async || {
                self.all()
                    .iter()
                    .filter(|envelope| envelope.kind == M::TYPE)
                    .nth(count)
                    .map(|e| e.data_as().unwrap())
            },
        )
        .await
    }

    /// Waits for the first message of this type.
    pub async fn first<M: Message>(&self) -> M {
        self.nth(0).await
    }

    pub fn count<M: Message>(&self) -> usize {
        self.all().iter().filter(|envelope| envelope.kind == M::TYPE).count()
    }
}
