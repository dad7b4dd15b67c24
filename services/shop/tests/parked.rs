//! `shop parked` against a real broker, with the permissions of the role itself.

use std::process::{Command, Output};

use contracts::messages::orders::ReleaseStock;
use contracts::{Envelope, Role};
use kernel::{Clock, OrderId};
use platform::outbox::Event;
use serde_json::Value;
use testkit::{TestBroker, eventually};

struct Town {
    broker: TestBroker,
    parked: Vec<Envelope<Value>>,
}

impl Town {
    /// With this many parked messages of inventory.
    async fn with(count: usize) -> Self {
        let broker = TestBroker::create().await;
        let mut parked = vec![];
        for _ in 0..count {
            let event = Event::new(&ReleaseStock { order_id: OrderId::new() }, Clock::default().now());
            let body = serde_json::to_vec(event.envelope()).expect("envelopes are plain data");
            broker.deliver_raw("inventory.dead", "parked", &body).await;
            parked.push(event.envelope().clone());
        }
        Self { broker, parked }
    }

    fn id(&self, index: usize) -> String {
        self.parked[index].id.to_string()
    }

    async fn run(&self, arguments: &[&str]) -> Output {
        let mut program = Command::new(env!("CARGO_BIN_EXE_shop"));
        program.arg("parked").args(arguments).env_clear().env("AMQP_URL", self.broker.url(Role::Inventory));
        let ran = tokio::task::spawn_blocking(move || program.output()).await;
        ran.expect("it does not panic").expect("the program starts")
    }

    /// What it prints, where it succeeds.
    async fn prints(&self, arguments: &[&str]) -> String {
        let ended = self.run(arguments).await;
        assert!(ended.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&ended.stderr));
        String::from_utf8(ended.stdout).expect("text")
    }

    /// The ids that are parked, the oldest first.
    async fn left(&self) -> Vec<String> {
        let printed = self.prints(&["list", "inventory", "--json"]).await;
        let list: Vec<Value> = serde_json::from_str(&printed).expect("a list");
        list.iter().map(|message| message["id"].as_str().expect("an id").to_owned()).collect()
    }

    fn all(&self) -> Vec<String> {
        self.parked.iter().map(|envelope| envelope.id.to_string()).collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn looking_at_parked_messages_as_often_as_one_likes_loses_none_and_keeps_their_order() {
    let town = Town::with(3).await;
    // The broker's default is to drop what has been given back twenty times.
    for _ in 0..22 {
        assert_eq!(town.left().await, town.all());
    }
    let table = town.prints(&["list", "inventory"]).await;
    let lines: Vec<&str> = table.lines().collect();
    assert_eq!(lines.len(), 4, "{table}");
    for (line, envelope) in lines[1..].iter().zip(&town.parked) {
        assert!(line.starts_with(&envelope.id.to_string()), "{line}");
        assert!(line.contains("stock.release.v1") && line.contains(&envelope.subject), "{line}");
    }
    assert_eq!(town.prints(&["list", "inventory", "--limit", "2"]).await.lines().count(), 3);
    let shown = town.prints(&["show", "inventory", "--id", &town.id(1), "--json"]).await;
    let shown: Value = serde_json::from_str(&shown).expect("JSON");
    assert_eq!(shown[0]["body"], serde_json::to_value(&town.parked[1]).expect("plain data"));
    assert_eq!(town.left().await, town.all());
    town.broker.remove().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redriven_message_is_in_the_queue_as_it_was_and_no_longer_parked() {
    let town = Town::with(3).await;
    let printed = town.prints(&["redrive", "inventory", "--id", &town.id(1)]).await;
    assert_eq!(printed, "1 redriven\n");

    let body = eventually("it is queued", async || town.broker.received(Role::Inventory).await).await;
    assert_eq!(Envelope::decode(&body).expect("a message"), town.parked[1], "its id too: the inbox knows it");
    assert_eq!(town.left().await, [town.id(0), town.id(2)]);

    town.prints(&["redrive", "inventory", "--all"]).await;
    for index in [0, 2] {
        let body = eventually("it is queued", async || town.broker.received(Role::Inventory).await).await;
        assert_eq!(Envelope::decode(&body).expect("a message"), town.parked[index]);
    }
    assert_eq!(town.left().await, Vec::<String>::new());
    town.broker.remove().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_chosen_are_dropped_and_an_unknown_id_changes_nothing() {
    let town = Town::with(3).await;
    let unknown = OrderId::new().to_string();
    let refused = town.run(&["drop", "inventory", "--id", &town.id(0), "--id", &unknown]).await;
    assert_eq!(refused.status.code(), Some(1));
    let line = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(line.contains(&unknown) && line.lines().count() == 1, "{line}");
    assert_eq!(town.left().await, town.all());

    assert_eq!(town.prints(&["drop", "inventory", "--id", &town.id(0)]).await, "1 dropped\n");
    assert_eq!(town.left().await, [town.id(1), town.id(2)]);
    assert!(town.prints(&["drop", "inventory", "--all", "--json"]).await.contains(&town.id(2)));
    assert_eq!(town.left().await, Vec::<String>::new());
    assert_eq!(town.broker.received(Role::Inventory).await, None);
    town.broker.remove().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_message_can_be_looked_at_without_harm_to_the_terminal() {
    let town = Town::with(0).await;
    town.broker.deliver_raw("inventory.dead", "parked", b"\x1b[2Jnot a message").await;
    let list = town.prints(&["list", "inventory"]).await;
    assert!(list.contains("(no message)"), "{list}");
    let shown = town.prints(&["show", "inventory", "--all"]).await;
    assert!(shown.contains("not a message") && !shown.contains('\x1b'), "{shown}");
    town.broker.remove().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_role_s_messages_are_out_of_reach() {
    let town = Town::with(1).await;
    let refused = town.run(&["list", "payments"]).await;
    assert_eq!(refused.status.code(), Some(1));
    let line = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(line.contains("ACCESS_REFUSED") && line.lines().count() == 1, "{line}");
    assert!(!line.contains("test@") && !line.contains(":test"), "no password: {line}");
    town.broker.remove().await;
}
