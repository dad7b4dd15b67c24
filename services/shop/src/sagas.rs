//! `shop sagas`, where the orders role runs: which sagas are stuck, and what can be done about them.

use std::fmt::Write;

use contracts::Role;
use contracts::api::orders::OrderEventView;
use contracts::api::sagas::{SagaDetail, SagaKind, SagaView};
use kernel::OrderId;
use orders::operations::{Filter, Operations, UnknownState, WrongText, parse_text};
use platform::Settings;
use serde::Serialize;

#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
    /// Print JSON instead of a table
    #[arg(long, global = true)]
    json: bool,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Sagas under way, the oldest first
    List {
        /// Only those that ask in vain, or that nobody looks at
        #[arg(long)]
        stuck: bool,
        /// Only those in this state, also one that is an end
        #[arg(long, value_parser = state)]
        state: Option<String>,
        #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(i64).range(1..=10_000))]
        limit: i64,
    },
    /// All sagas of one order, and its timeline
    Show { order: OrderId },
    /// Say again what the order waits to have answered
    Retry { order: OrderId },
    /// Undo what the order's saga has done, once it is known what that is
    Abandon {
        order: OrderId,
        /// Why; it stays in the order's timeline
        #[arg(long, value_parser = reason)]
        reason: String,
    },
}

fn state(name: &str) -> Result<String, UnknownState> {
    Filter::new(false, Some(name.to_owned()), None).map(|_| name.to_owned())
}

fn reason(text: &str) -> Result<String, WrongText> {
    parse_text(text)
}

pub async fn run(args: Args) -> anyhow::Result<()> {
    let operations = Operations::from_settings(&Settings::from_env(Role::Orders))?;
    let printed = match args.command {
        Command::List { stuck, state, limit } => {
            let sagas = operations.list(&Filter::new(stuck, state, None)?, limit).await?;
            shown(args.json, &sagas, |sagas| table(sagas))?
        }
        Command::Show { order } => shown(args.json, &operations.show(order).await?, detail)?,
        Command::Retry { order } => shown(args.json, &operations.retry(order).await?, detail)?,
        Command::Abandon { order, reason } => {
            shown(args.json, &operations.abandon(order, &reason).await?, detail)?
        }
    };
    print!("{printed}");
    Ok(())
}

fn shown<T: Serialize>(json: bool, what: &T, plain: impl Fn(&T) -> String) -> serde_json::Result<String> {
    if json { serde_json::to_string_pretty(what).map(|text| text + "\n") } else { Ok(plain(what)) }
}

fn table(sagas: &[SagaView]) -> String {
    let mut text =
        format!("{:36}  {:8}  {:14}  {:20}  {:5}  STUCK\n", "ID", "SAGA", "STATE", "SINCE", "TRIES");
    for saga in sagas {
        let kind = match saga.saga {
            SagaKind::Checkout => "checkout",
            SagaKind::Return => "return",
        };
        let (since, stuck) = (saga.since.format("%FT%TZ"), if saga.stuck { "yes" } else { "no" });
        let (id, state, tries) = (saga.id, &saga.state, saga.attempts);
        let _ = writeln!(text, "{id:36}  {kind:8}  {state:14}  {since:20}  {tries:5}  {stuck}");
    }
    text
}

fn detail(detail: &SagaDetail) -> String {
    let mut text = table(&detail.sagas);
    text.push('\n');
    for OrderEventView { time, source, kind, attempt, data, .. } in &detail.events {
        let attempt = attempt.map(|attempt| format!(" #{attempt}")).unwrap_or_default();
        let _ = writeln!(text, "{}  {source:16}  {kind}{attempt}  {data}", time.format("%FT%TZ"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_has_a_line_for_each_saga() {
        let since = "2026-05-04T03:02:01Z".parse().unwrap();
        let (id, order_id) = (uuid::Uuid::nil(), OrderId(uuid::Uuid::nil()));
        let state = "capturing".to_owned();
        let saga = SagaKind::Checkout;
        let view = SagaView { id, saga, order_id, state, since, attempts: 7, deadline: None, stuck: true };
        let text = table(&[view]);
        let line = text.lines().nth(1).unwrap().split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(line, format!("{id} checkout capturing 2026-05-04T03:02:01Z 7 yes"));
    }
}
