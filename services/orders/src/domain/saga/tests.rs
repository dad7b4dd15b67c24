//! Every state with every event, as one table.

use contracts::api::orders::Shortage;
use contracts::api::payments::DeclineReason;
use kernel::{Clock, Quantity, Sku};

use super::*;

fn moment(now: Timestamp) -> Moment {
    let timings =
        Timings { cancellation_window: TimeDelta::seconds(30), payment_timeout: TimeDelta::seconds(900) };
    Moment { now, timings, spread: 0.0 }
}

/// In the order of the table's columns.
fn events() -> Vec<Event> {
    let shortages =
        vec![Shortage { sku: Sku::parse("A").unwrap(), wanted: Quantity::new(2).unwrap(), available: 1 }];
    vec![
        Event::StockReserved,
        Event::StockRejected { shortages },
        Event::StockReleased,
        Event::StockCommitted,
        Event::StockCommitFailed,
        Event::StockRestocked,
        Event::PaymentAuthorized,
        Event::PaymentFailed { reason: DeclineReason::CardDeclined },
        Event::PaymentVoided,
        Event::PaymentSucceeded,
        Event::PaymentCaptureFailed { reason: DeclineReason::CaptureRefused },
        Event::PaymentRefunded,
        Event::CancelRequested,
        Event::DeadlinePassed,
    ]
}

const COLUMNS: [&str; 14] =
    ["Res", "Rej", "Rel", "Com", "CFl", "Rst", "Aut", "Fai", "Voi", "Suc", "CpF", "Ref", "can", "ddl"];

/// The saga after these columns' events, each as late as can be.
fn after(path: &str) -> (Saga, Timestamp) {
    let mut now = Clock::default().now();
    let saga = path.split_whitespace().fold(Saga::begin().0, |saga, column| {
        now += TimeDelta::seconds(1000);
        let event = &events()[COLUMNS.iter().position(|known| *known == column).unwrap()];
        saga.step(event, moment(now)).unwrap().saga
    });
    (saga, now)
}

/// Three letters of the target, four of what is said; `.` no effect, `-` illegal.
fn cell(saga: &Saga, event: &Event, now: Timestamp) -> String {
    match saga.step(event, moment(now)) {
        Err(illegal) => {
            assert_eq!((illegal.state, illegal.event), (saga.state.name(), event.name()));
            "-".to_owned()
        }
        Ok(Transition { saga: next, commands }) if next == *saga && commands.is_empty() => ".".to_owned(),
        Ok(Transition { saga: next, commands }) => {
            assert!(commands.len() <= 1);
            let said = commands.first().map_or(String::new(), |command| {
                format!("{command:?}").trim_start_matches("Order").chars().take(4).collect()
            });
            format!("{}:{said}", &next.state.name()[..3])
        }
    }
}

/// Names: the state, and how it was reached.
const PATHS: [&str; 21] = [
    "",
    "Res",
    "Res Aut",
    "Res Aut ddl",
    "Res Aut ddl Com",
    "Res Aut ddl Com Suc",
    "Res can",
    "Res Aut can",
    "Res ddl",
    "Res Aut ddl CFl",
    "Res Aut ddl Com CpF Rst",
    "can",
    "Res Fai",
    "Res can Voi",
    "Res Aut ddl Com CpF",
    "Res Aut ddl Com Suc can Ref",
    "Res Aut ddl Com Suc can",
    "Rej",
    "Res Fai Rel",
    "Res Aut ddl Com CpF Rst Voi",
    "Res Aut ddl Com Suc can Ref Rst",
];

#[test]
fn each_event_does_in_each_state_what_the_table_says() {
    let mut table = String::new();
    table.extend(COLUMNS.map(|column| format!("{column:9}")));
    for path in PATHS {
        let (saga, now) = after(path);
        let until_passed = now + TimeDelta::seconds(1000);
        table += &format!("\n\n{} after '{path}'\n", saga.state.name());
        table.extend(events().iter().map(|event| format!("{:9}", cell(&saga, event, until_passed))));
    }
    let table: Vec<&str> = table.lines().map(str::trim_end).collect();
    let expected: Vec<&str> = include_str!("table.txt").lines().collect();
    assert!(table == expected, "\n{}\n", table.join("\n"));
}

#[test]
fn a_window_of_zero_is_no_window() {
    let (saga, now) = after("Res");
    let mut at = moment(now);
    at.timings.cancellation_window = TimeDelta::zero();
    let next = saga.step(&Event::PaymentAuthorized, at).unwrap();
    assert_eq!((next.saga.state, next.commands), (State::Committing, vec![Command::CommitStock]));
}

#[test]
fn a_timer_that_is_early_changes_nothing() {
    for path in ["Res", "Res Aut"] {
        let (saga, now) = after(path);
        let next = saga.step(&Event::DeadlinePassed, moment(now)).unwrap();
        assert_eq!((next.saga, next.commands), (saga, vec![]));
    }
}

#[test]
fn a_stored_saga_is_the_same_when_it_is_read() {
    for path in PATHS {
        let (saga, _) = after(path);
        let stored = serde_json::to_value(&saga).unwrap();
        assert_eq!(stored["state"]["name"], saga.state.name());
        assert_eq!(serde_json::from_value::<Saga>(stored).unwrap(), saga);
    }
}
