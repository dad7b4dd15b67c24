//! Every state with every event, as one table.

use contracts::api::orders::Shortage;
use contracts::api::payments::DeclineReason;
use kernel::{Clock, Currency, Money, Quantity, Sku};

use super::*;

fn moment(now: Timestamp) -> Moment {
    let timings =
        Timings { cancellation_window: TimeDelta::seconds(30), payment_timeout: TimeDelta::seconds(900) };
    Moment { now, timings, spread: 0.0 }
}

fn euros() -> Money {
    Money::new(1999, Currency::Eur)
}

/// In the order of the table's columns.
fn events() -> Vec<Event> {
    let shortages =
        vec![Shortage { sku: Sku::parse("A").unwrap(), wanted: Quantity::new(2).unwrap(), available: 1 }];
    vec![
        Event::StockReserved { expires_at: Clock::default().now() + TimeDelta::days(1) },
        Event::StockRejected { shortages },
        Event::StockReleased,
        Event::StockCommitted,
        Event::StockCommitFailed,
        Event::StockRestocked,
        Event::PaymentAuthorized { amount: euros(), capture_before: None },
        Event::PaymentFailed { reason: DeclineReason::CardDeclined },
        Event::PaymentVoided,
        Event::PaymentSucceeded { amount: euros() },
        Event::PaymentCaptureFailed { reason: DeclineReason::CaptureRefused },
        Event::PaymentRefunded { amount: euros() },
        Event::CancelRequested,
        Event::Retried,
        Event::Abandoned,
        Event::DeadlinePassed,
    ]
}

const COLUMNS: [&str; 16] = [
    "Res", "Rej", "Rel", "Com", "CFl", "Rst", "Aut", "Fai", "Voi", "Suc", "CpF", "Ref", "can", "ret", "aba",
    "ddl",
];

/// The saga after these columns' events, each as late as can be.
fn after(path: &str) -> (Saga, Timestamp) {
    let events = events();
    let mut now = Clock::default().now();
    let saga = path.split_whitespace().fold(Saga::begin(moment(now)).0, |saga, column| {
        now += TimeDelta::seconds(1000);
        let event = &events[COLUMNS.iter().position(|known| *known == column).unwrap()];
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
        // A later end of what is held moves nothing by itself.
        Ok(Transition { saga: next, commands }) if next.state == saga.state && commands.is_empty() => {
            ".".to_owned()
        }
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
const PATHS: [&str; 26] = [
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
    "aba",
    "Res Aut ddl aba",
    "Res Aut ddl aba Com",
    "Res Aut ddl Com aba",
    "Res Aut ddl Com aba Suc",
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
    let next = saga.step(&authorized(None), at).unwrap();
    assert_eq!(
        (next.saga.state, next.commands),
        (State::Committing { abandoned: false }, vec![Command::CommitStock])
    );
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

fn authorized(capture_before: Option<Timestamp>) -> Event {
    Event::PaymentAuthorized { amount: euros(), capture_before }
}

/// Reserved until so many seconds from now, and authorised now.
fn authorized_when_held_for(seconds: i64, capture_before_seconds: Option<i64>) -> (Transition, Timestamp) {
    let now = Clock::default().now();
    let (saga, _) = Saga::begin(moment(now));
    let expires_at = now + TimeDelta::seconds(seconds);
    let saga = saga.step(&Event::StockReserved { expires_at }, moment(now)).unwrap().saga;
    let before = capture_before_seconds.map(|seconds| now + TimeDelta::seconds(seconds));
    (saga.step(&authorized(before), moment(now)).unwrap(), now)
}

#[test]
fn what_is_asked_to_be_held_lasts_for_the_payment_the_window_and_a_margin() {
    let now = Clock::default().now();
    assert_eq!(Saga::begin(moment(now)).0.hold_until, now + TimeDelta::seconds(900 + 30) + MARGIN);
}

#[test]
fn a_hold_that_would_end_with_the_window_is_renewed_until_it_is_long_enough() {
    let (Transition { saga, commands }, now) = authorized_when_held_for(329, None);
    let until = now + TimeDelta::seconds(30);
    assert_eq!((&saga.state, commands), (&State::Window { until }, vec![Command::RenewReservation]));
    assert_eq!(saga.hold_until, until + MARGIN);
    let soon = now + TimeDelta::seconds(10);
    assert_eq!(saga.wakes_at(soon), Some(soon));
    let again = saga.step(&Event::DeadlinePassed, moment(soon)).unwrap();
    assert_eq!(again.commands, [Command::RenewReservation]);
    // The answer to the first ReserveStock once more is not the one to the renewal.
    let old = Event::StockReserved { expires_at: now + TimeDelta::seconds(329) };
    assert_eq!(saga.step(&old, moment(soon)).unwrap().saga, saga);
    let renewed = Event::StockReserved { expires_at: until + MARGIN };
    let held = saga.step(&renewed, moment(soon)).unwrap().saga;
    assert_eq!((held.pending(), held.wakes_at(soon)), (None, Some(until)));
    assert_eq!(held.step(&Event::DeadlinePassed, moment(soon)).unwrap().commands, []);
    assert_eq!(held.step(&Event::DeadlinePassed, moment(until)).unwrap().commands, [Command::CommitStock]);
}

#[test]
fn a_hold_that_is_gone_when_it_is_to_be_renewed_gives_the_authorisation_back() {
    let (Transition { saga, .. }, now) = authorized_when_held_for(10, None);
    let gone = saga.step(&Event::StockReleased, moment(now)).unwrap();
    assert_eq!(gone.commands, [Command::VoidPayment]);
    assert_eq!(gone.saga.state.reason(), Some(&EndReason::ReservationExpired));
}

#[test]
fn a_renewal_that_is_never_answered_does_not_keep_the_window_open() {
    let (Transition { saga, .. }, now) = authorized_when_held_for(10, None);
    let closed = saga.step(&Event::DeadlinePassed, moment(now + TimeDelta::seconds(30))).unwrap();
    assert_eq!(closed.commands, [Command::CommitStock]);
}

#[test]
fn the_window_ends_before_the_provider_lets_go() {
    let (Transition { saga, .. }, now) = authorized_when_held_for(1800, Some(300 + 12));
    assert_eq!(saga.state, State::Window { until: now + TimeDelta::seconds(12) });
    let (Transition { saga, commands }, _) = authorized_when_held_for(1800, Some(299));
    assert_eq!((saga.state, commands), (State::Committing { abandoned: false }, vec![Command::CommitStock]));
}
