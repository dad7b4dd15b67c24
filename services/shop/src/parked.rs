//! `shop parked`: looks after the messages that a role could not handle, with the role's own broker user.
//!
//! For example in a role's pod: `kubectl exec deploy/shop-orders -- /shop parked list orders`.

use std::collections::BTreeSet;

use anyhow::{Context, bail};
use contracts::Role;
use platform::Settings;
use platform::amqp::Broker;
use platform::parked::{Parked, ParkingQueue};
use serde_json::{Value, json};

#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(clap::Subcommand)]
enum Action {
    /// One line per parked message, the oldest first
    List(Scope),
    /// What is in them
    Show(Choice),
    /// Send them to the role's queue again: what has had its effect already will not have it twice
    Redrive(Choice),
    /// Delete them for good
    Drop(Choice),
}

#[derive(clap::Args)]
struct Scope {
    /// A role that receives messages
    #[arg(value_parser = with_queue)]
    role: Role,
    /// Look at no more than this many, the oldest
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u16).range(1..=10_000))]
    limit: u16,
    /// As JSON
    #[arg(long)]
    json: bool,
}

#[derive(clap::Args)]
struct Choice {
    #[command(flatten)]
    scope: Scope,
    #[command(flatten)]
    which: Which,
}

#[derive(clap::Args)]
#[group(required = true, multiple = false)]
struct Which {
    /// The event's id, as `list` shows it; may be repeated
    #[arg(long = "id", value_name = "ID")]
    ids: Vec<uuid::Uuid>,
    /// All of them
    #[arg(long)]
    all: bool,
}

fn with_queue(name: &str) -> Result<Role, String> {
    match Role::find(name) {
        Some(role) if role.spec().subscriptions.is_empty() => Err(format!("{role} receives no messages")),
        Some(role) => Ok(role),
        None => Err(format!("there is no role {name}")),
    }
}

pub async fn run(args: Args) -> anyhow::Result<()> {
    let (scope, which) = match &args.action {
        Action::List(scope) => (scope, None),
        Action::Show(choice) | Action::Redrive(choice) | Action::Drop(choice) => {
            (&choice.scope, Some(&choice.which))
        }
    };
    let role = scope.role;
    let broker = Broker::from_settings(&Settings::from_env(role), format!("{role} parked"))?;
    let address = broker.address();
    let unreachable = || format!("could not look into the parking queue of {role} at {address}");
    let queue = ParkingQueue::open(broker, role).await.with_context(unreachable)?;
    let mut messages = queue.take(scope.limit.into()).await.with_context(unreachable)?;
    if let Some(Which { ids, all: false }) = which {
        messages = chosen(messages, ids)?;
    }
    match &args.action {
        Action::List(_) => print_list(&messages, scope.json),
        Action::Show(_) => print_bodies(&messages, scope.json),
        Action::Redrive(_) => {
            for message in &messages {
                let failed = || format!("could not send {} again; it is still parked", message.id);
                queue.redrive(message).await.with_context(failed)?;
            }
            print_done("redriven", &messages, scope.json);
        }
        Action::Drop(_) => {
            for message in &messages {
                queue.drop(message).await.with_context(|| format!("could not drop {}", message.id))?;
            }
            print_done("dropped", &messages, scope.json);
        }
    }
    queue.close().await.with_context(unreachable)
}

/// All or nothing: an id that is not there may be mistyped.
fn chosen(messages: Vec<Parked>, ids: &[uuid::Uuid]) -> anyhow::Result<Vec<Parked>> {
    let wanted: BTreeSet<String> = ids.iter().map(ToString::to_string).collect();
    let found: Vec<Parked> = messages.into_iter().filter(|message| wanted.contains(&message.id)).collect();
    match wanted.iter().find(|id| !found.iter().any(|message| message.id == **id)) {
        Some(missing) => bail!("no message with the id {missing} is parked"),
        None => Ok(found),
    }
}

fn print_list(messages: &[Parked], as_json: bool) {
    if as_json {
        return println!("{:#}", messages.iter().map(summary).collect::<Value>());
    }
    println!("{:<36}  {:<28}  {:<36}  {:<20}  BYTES", "ID", "TYPE", "SUBJECT", "TIME");
    for message in messages {
        let [kind, subject, time] = columns(message);
        println!("{:<36}  {kind:<28}  {subject:<36}  {time:<20}  {}", message.id, message.body.len());
    }
}

/// Type, subject and time. What is no message may hold anything, so nothing of it is shown here.
fn columns(message: &Parked) -> [String; 3] {
    message.envelope.as_ref().map_or_else(
        || ["(no message)".to_owned(), String::new(), String::new()],
        |envelope| {
            let time = envelope.time.format("%Y-%m-%dT%H:%M:%SZ").to_string();
            // A stranger's text must not steer the terminal.
            [&envelope.kind, &envelope.subject, &time].map(|text| text.escape_debug().to_string())
        },
    )
}

fn summary(message: &Parked) -> Value {
    let envelope = message.envelope.as_ref();
    json!({
        "id": message.id,
        "type": envelope.map(|envelope| &envelope.kind),
        "subject": envelope.map(|envelope| &envelope.subject),
        "time": envelope.map(|envelope| envelope.time),
        "bytes": message.body.len(),
    })
}

fn print_bodies(messages: &[Parked], as_json: bool) {
    let bodies = messages.iter().map(|message| {
        let mut shown = summary(message);
        shown["body"] = serde_json::from_slice(&message.body)
            .unwrap_or_else(|_| String::from_utf8_lossy(&message.body).into());
        shown
    });
    if as_json {
        return println!("{:#}", bodies.collect::<Value>());
    }
    for (message, shown) in messages.iter().zip(bodies) {
        let [kind, subject, time] = columns(message);
        println!("{}  {kind}  {subject}  {time}\n{:#}\n", message.id, shown["body"]);
    }
}

fn print_done(done: &str, messages: &[Parked], as_json: bool) {
    let ids: Vec<&str> = messages.iter().map(|message| message.id.as_str()).collect();
    if as_json {
        return println!("{:#}", json!({ done: ids }));
    }
    println!("{} {done}", ids.len());
}
