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
    /// No more than this many, the oldest
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
    let scope = match &args.action {
        Action::List(scope) => scope,
        Action::Show(choice) | Action::Redrive(choice) | Action::Drop(choice) => &choice.scope,
    };
    let role = scope.role;
    let broker = Broker::from_settings(&Settings::from_env(role), format!("{role} parked"))?;
    let address = broker.address();
    let unreachable = || format!("could not look into the parking queue of {role} at {address}");
    let mut queue = ParkingQueue::open(broker, role).await.with_context(unreachable)?;
    queue.take_all().await.with_context(unreachable)?;
    let done = act(&mut queue, &args.action).await;
    queue.close().await.with_context(unreachable)?;
    done
}

async fn act(queue: &mut ParkingQueue, action: &Action) -> anyhow::Result<()> {
    match action {
        Action::List(scope) => print_list(scope.of(queue.taken()), scope.json),
        Action::Show(choice) => {
            let chosen = choice.which.among(choice.scope.of(queue.taken()))?;
            let messages: Vec<&Parked> = chosen.into_iter().map(|index| &queue.taken()[index]).collect();
            print_bodies(&messages, choice.scope.json);
        }
        Action::Redrive(choice) => {
            let chosen = choice.which.among(choice.scope.of(queue.taken()))?;
            for index in &chosen {
                queue.redrive(*index).await.context("could not send it again; it is still parked")?;
            }
            print_done("redriven", &chosen, queue.taken(), choice.scope.json);
        }
        Action::Drop(choice) => {
            let chosen = choice.which.among(choice.scope.of(queue.taken()))?;
            for index in &chosen {
                queue.remove(*index).await.context("could not drop it")?;
            }
            print_done("dropped", &chosen, queue.taken(), choice.scope.json);
        }
    }
    Ok(())
}

impl Scope {
    fn of<'m>(&self, messages: &'m [Parked]) -> &'m [Parked] {
        &messages[..messages.len().min(self.limit.into())]
    }
}

impl Which {
    /// Their places. All or nothing: an id that is not there may be mistyped.
    fn among(&self, messages: &[Parked]) -> anyhow::Result<Vec<usize>> {
        let wanted: BTreeSet<String> = self.ids.iter().map(ToString::to_string).collect();
        if let Some(missing) = wanted.iter().find(|id| !messages.iter().any(|message| message.id == **id)) {
            bail!("no message with the id {missing} is parked");
        }
        let chosen = messages.iter().enumerate();
        Ok(chosen
            .filter(|(_, message)| self.all || wanted.contains(&message.id))
            .map(|(index, _)| index)
            .collect())
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

fn print_bodies(messages: &[&Parked], as_json: bool) {
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

fn print_done(done: &str, chosen: &[usize], messages: &[Parked], as_json: bool) {
    if as_json {
        let ids: Vec<&str> = chosen.iter().map(|index| messages[*index].id.as_str()).collect();
        return println!("{:#}", json!({ done: ids }));
    }
    println!("{} {done}", chosen.len());
}
