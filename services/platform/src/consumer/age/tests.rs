//! Against a queue that knows the truth, and whatever else may happen.

use std::collections::VecDeque;

use chrono::{DateTime, TimeDelta};
use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

fn at(second: i64) -> Timestamp {
    DateTime::UNIX_EPOCH + TimeDelta::seconds(second)
}

#[test]
fn after_an_hour_without_messages_the_next_one_is_young() {
    let age = QueueAge::default();
    let first = age.taken(Some(at(0)), at(1));
    drop(first);
    for second in (3..3_600).step_by(3) {
        age.looked(0, at(second));
    }
    assert_eq!(age.seconds(at(3_599)), 0.0);
    age.looked(1, at(3_600));
    assert!(age.seconds(at(3_600)) <= 3.0);
    let _next = age.taken(Some(at(3_600)), at(3_601));
    assert_eq!(age.seconds(at(3_601)), 1.0);
}

#[test]
fn a_message_that_comes_again_makes_nothing_older() {
    let age = QueueAge::default();
    let _new = age.taken(Some(at(1_000)), at(1_000));
    let _again = age.taken(None, at(1_001));
    let _late = age.taken(Some(at(10)), at(1_002));
    assert_eq!(age.seconds(at(1_005)), 5.0);
}

#[test]
fn a_replica_that_starts_in_a_backlog_knows_its_age_by_the_first_message() {
    let age = QueueAge::default();
    age.looked(500, at(600));
    assert_eq!(age.seconds(at(600)), 0.0);
    let _first = age.taken(Some(at(0)), at(601));
    assert_eq!(age.seconds(at(601)), 601.0);
}

#[test]
fn the_last_messages_in_a_stuck_hand_grow_old_though_the_queue_is_empty() {
    let age = QueueAge::default();
    let stuck = age.taken(Some(at(0)), at(0));
    for second in (3..300).step_by(3) {
        age.looked(0, at(second));
    }
    assert_eq!(age.seconds(at(300)), 300.0);
    drop(stuck);
    assert_eq!(age.seconds(at(300)), 0.0);
}

/// What may happen, in any order, as long after the thing before.
#[derive(Clone, Debug)]
enum Happens {
    Taken { published: i64, again: bool },
    Settled,
    Looked { waiting: u32 },
}

fn anything() -> impl Strategy<Value = Vec<(i64, Happens)>> {
    let happens = prop_oneof![
        (-500_i64..600, any::<bool>()).prop_map(|(published, again)| Happens::Taken { published, again }),
        Just(Happens::Settled),
        (0_u32..4).prop_map(|waiting| Happens::Looked { waiting }),
    ];
    vec((0_i64..5, happens), 0..60)
}

proptest! {
    #[test]
    fn it_is_never_negative_and_0_while_nothing_is_there_and_grows_with_the_time_while_nothing_moves(
        story in anything(),
    ) {
        let (age, mut hand, mut now) = (QueueAge::default(), VecDeque::new(), 0);
        let (mut waiting, mut known) = (0, false);
        for (pause, happens) in story {
            now += pause;
            match happens {
                Happens::Taken { published, again } => {
                    hand.push_back(age.taken((!again).then(|| at(published)), at(now)));
                    known = true;
                }
                Happens::Settled => drop(hand.pop_front()),
                Happens::Looked { waiting: found } => {
                    age.looked(found, at(now));
                    waiting = found;
                    known |= found == 0 && hand.is_empty();
                }
            }
            let seconds = age.seconds(at(now));
            prop_assert!(seconds >= 0.0);
            if waiting == 0 && hand.is_empty() {
                prop_assert_eq!(seconds, 0.0);
                prop_assert_eq!(age.seconds(at(now + 7)), 0.0);
            } else if known {
                prop_assert_eq!(age.seconds(at(now + 7)), seconds + 7.0);
            }
        }
    }

    /// The real queue: each second some come, two replicas take some, each takes a while, and both look when they look.
    #[test]
    fn no_message_waits_longer_than_the_replicas_say_and_they_say_0_when_none_is_there(
        seconds in vec((0_usize..4, 0_usize..3, 0_usize..3, any::<bool>()), 1..120),
    ) {
        let ages = [QueueAge::default(), QueueAge::default()];
        let (mut queue, mut hands) = (VecDeque::new(), [VecDeque::new(), VecDeque::new()]);
        ages.iter().for_each(|age| age.looked(0, at(0)));
        for (second, (come, taken, settled, look)) in (1..).zip(seconds) {
            queue.extend(std::iter::repeat_n(second, come));
            for (age, hand) in ages.iter().zip(&mut hands) {
                for _ in 0..settled {
                    hand.pop_front();
                }
                let given = queue.len().min(taken);
                hand.extend(queue.drain(..given).map(|published| age.taken(Some(at(published)), at(second))));
                if look {
                    age.looked(u32::try_from(queue.len()).unwrap(), at(second));
                }
            }
            // Right after both have looked, the greatest is an upper bound of the truth.
            let said = ages.iter().map(|age| age.seconds(at(second))).fold(0.0, f64::max);
            if look && let Some(oldest) = queue.front() {
                prop_assert!(said >= (at(second) - at(*oldest)).as_seconds_f64());
            }
            if look && queue.is_empty() && hands.iter().all(VecDeque::is_empty) {
                prop_assert_eq!(said, 0.0);
            }
        }
    }
}
