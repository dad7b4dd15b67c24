//! Whatever commands come, in whatever order and however often.

use chrono::TimeDelta;
use kernel::Clock;
use proptest::prelude::*;

use super::*;

/// What an order has done to the level, in pieces per line: `(on_hand, reserved)`.
fn effect(state: State) -> (i64, i64) {
    match state {
        State::Held => (0, 1),
        State::Rejected | State::Released | State::Expired | State::Restocked => (0, 0),
        State::Committed => (-1, 0),
    }
}

fn any_command(start: Timestamp) -> impl Strategy<Value = Command> {
    prop_oneof![
        Just(Command::Reserve),
        (0_i64..120).prop_map(move |seconds| Command::Renew { until: start + TimeDelta::seconds(seconds) }),
        Just(Command::Release),
        Just(Command::Commit),
        Just(Command::Restock)
    ]
}

fn any_start(expires_at: Timestamp) -> impl Strategy<Value = Reservation> {
    prop_oneof![
        Just(Reservation::held_until(expires_at)),
        Just(Reservation { state: State::Rejected, expires_at: None }),
        Just(Reservation::NEVER),
        Just(Reservation { state: State::Expired, expires_at: Some(expires_at) }),
    ]
}

fn history() -> impl Strategy<Value = (Timestamp, Reservation, Vec<(Command, i64)>)> {
    let start = Clock::default().now();
    let commands = proptest::collection::vec((any_command(start), 0_i64..120), 0..12);
    (Just(start), any_start(start + TimeDelta::seconds(60)), commands)
}

proptest! {
    #[test]
    fn the_movements_always_add_up_to_what_the_state_says((start, first, commands) in history()) {
        let mut reservation = first;
        let mut moved = effect(reservation.state);
        for (command, seconds) in commands {
            let decision = reservation.decide(command, start + TimeDelta::seconds(seconds));
            let (on_hand, reserved) = decision.movement.map_or((0, 0), Movement::signs);
            moved = (moved.0 + on_hand, moved.1 + reserved);
            reservation = decision.reservation;
            prop_assert_eq!(moved, effect(reservation.state));
        }
    }

    #[test]
    fn the_same_command_again_has_the_same_answer_and_no_effect((start, first, commands) in history()) {
        let mut reservation = first;
        for (command, seconds) in commands {
            let at = start + TimeDelta::seconds(seconds);
            let once = reservation.decide(command, at);
            reservation = once.reservation;
            let again = reservation.decide(command, at);
            prop_assert_eq!(again, Decision { movement: None, ..once });
        }
    }

    #[test]
    fn what_was_answered_stays_true((start, first, commands) in history()) {
        let mut reservation = first;
        let (mut released, mut failed, mut restocked) = (false, false, false);
        for (command, seconds) in commands {
            let decision = reservation.decide(command, start + TimeDelta::seconds(seconds));
            reservation = decision.reservation;
            released |= decision.answer == Answer::Released;
            failed |= decision.answer == Answer::CommitFailed;
            restocked |= decision.answer == Answer::Restocked;
            let (on_hand, reserved) = effect(reservation.state);
            prop_assert!(!released || reserved == 0, "held after it was released");
            prop_assert!(!failed || (on_hand, reserved) == (0, 0), "gone or held after a commit failed");
            prop_assert!(!restocked || (on_hand, reserved) == (0, 0), "gone or held after it was restocked");
        }
    }
}

proptest! {
    #[test]
    fn a_renewal_never_shortens_and_never_brings_back((start, first, commands) in history()) {
        let mut reservation = first;
        for (command, seconds) in commands {
            let before = reservation;
            let now = start + TimeDelta::seconds(seconds);
            reservation = before.decide(command, now).reservation;
            prop_assert!(reservation.expires_at >= before.expires_at);
            prop_assert!(before.state == State::Held || reservation.state != State::Held, "held again");
            let renewed = reservation.expires_at > before.expires_at;
            prop_assert!(!renewed || (before.expires_at > Some(now) && reservation.state == State::Held));
        }
    }
}

#[test]
fn no_order_holds_for_more_than_eight_days() {
    let (now, usually) = (Clock::default().now(), TimeDelta::minutes(30));
    let end = |asked| Reservation::new(asked, usually, now).expires_at.unwrap() - now;
    assert_eq!(end(None), usually);
    assert_eq!(end(Some(now + TimeDelta::days(7))), TimeDelta::days(7));
    assert_eq!(end(Some(now + TimeDelta::days(9))), HOLD_MAX);
    let renewed =
        Reservation::new(None, usually, now).decide(Command::Renew { until: now + TimeDelta::days(99) }, now);
    assert_eq!(renewed.reservation.expires_at, Some(now + HOLD_MAX));
}

#[test]
fn a_hold_ends_at_the_moment_that_was_named() {
    let end = Clock::default().now();
    let held = Reservation::held_until(end);
    let just_before = held.decide(Command::Commit, end - TimeDelta::microseconds(1));
    assert_eq!(just_before.answer, Answer::Committed);
    assert_eq!(held.decide(Command::Commit, end).answer, Answer::CommitFailed);
}
