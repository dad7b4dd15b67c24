//! Returns of one order against participants that keep their contracts, over a network that delays, reorders, loses
//! and repeats; people who do what they like, when they like.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use kernel::Clock;
use proptest::prelude::*;

use super::tests::{checkout, moment, pieces};
use super::*;
use crate::domain::checkout::Checkout;

const BOUGHT: i64 = 3;
const PRICE: i64 = 250;

#[derive(Clone, Debug)]
enum Mail {
    ToParticipant(usize, Command),
    ToReturn(usize, Event),
}

/// What payments and inventory remember of each return: they answer its commands for ever.
#[derive(Default)]
struct World {
    returns: Vec<Return>,
    network: VecDeque<Mail>,
    /// `false`: refused for good.
    refunds: BTreeMap<usize, bool>,
    shelved: BTreeSet<usize>,
}

#[derive(Clone, Debug)]
enum Act {
    Request { count: i64 },
    Person { which: usize, event: Event },
    Deliver { which: usize, luck: bool },
    DeliverTwice { which: usize, luck: bool },
    Lose { which: usize },
    Wait { seconds: i64 },
}

impl World {
    fn claimed(&self) -> BTreeMap<Sku, i64> {
        let open = self.returns.iter().filter(|item| !matches!(item.state, State::Closed { .. }));
        let claimed: i64 = open.map(|item| i64::from(item.lines[0].quantity)).sum();
        BTreeMap::from([(pieces("CHAIR", 1).sku, claimed)])
    }

    fn request(&mut self, bought: &Checkout, count: i64, now: Timestamp) {
        let requested = Requested { lines: vec![pieces("CHAIR", count)], reason: "no".to_owned() };
        if let Ok(made) = Return::request(bought, &self.claimed(), requested, moment(now)) {
            self.returns.push(made.item);
        }
    }

    /// Nothing that participants who keep their contracts say may be illegal; people may be refused.
    fn tell(&mut self, which: usize, event: &Event, now: Timestamp) {
        match self.returns[which].advance(event, moment(now)) {
            Ok(None) => {}
            Ok(Some(Advance { item, command })) => {
                self.returns[which] = item;
                let asks = |command: &Command| matches!(command, Command::RefundPart | Command::ReturnItems);
                self.network.extend(command.filter(asks).map(|command| Mail::ToParticipant(which, command)));
            }
            Err(illegal) => assert!(is_persons(event), "{illegal}"),
        }
        self.check();
    }

    fn deliver(&mut self, mail: Mail, luck: bool, now: Timestamp) {
        match mail {
            Mail::ToReturn(which, event) => self.tell(which, &event, now),
            Mail::ToParticipant(which, Command::RefundPart) => {
                let answer = if *self.refunds.entry(which).or_insert(luck) {
                    Event::PartRefunded { amount: self.returns[which].amount }
                } else {
                    Event::PartRefundFailed { reason: DeclineReason::CardDeclined }
                };
                self.network.push_back(Mail::ToReturn(which, answer));
            }
            Mail::ToParticipant(which, _) => {
                self.shelved.insert(which);
                self.network.push_back(Mail::ToReturn(which, Event::StockReturned));
            }
        }
    }

    fn check(&self) {
        let pieces = |which: &usize| i64::from(self.returns[*which].lines[0].quantity);
        let refunded: Vec<usize> =
            self.refunds.iter().filter(|(_, done)| **done).map(|(which, _)| *which).collect();
        let paid_back: i64 = refunded.iter().map(|which| self.returns[*which].amount.amount_minor).sum();
        assert!(paid_back <= BOUGHT * PRICE, "more paid back than was captured");
        assert!(self.shelved.iter().map(pieces).sum::<i64>() <= BOUGHT, "more came back than was bought");
        for (which, item) in self.returns.iter().enumerate() {
            match item.state {
                State::Completed => assert!(refunded.contains(&which) && self.shelved.contains(&which)),
                State::Closed { .. } => {
                    assert!(!refunded.contains(&which) && !self.shelved.contains(&which), "{item:?}");
                }
                State::Requested | State::AwaitingGoods { .. } | State::Refunding | State::Restocking => {}
            }
        }
    }
}

fn is_persons(event: &Event) -> bool {
    use Event::*;
    matches!(event, Approved | Refused { .. } | Withdrawn | GoodsReceived | Retried)
}

fn acts() -> impl Strategy<Value = Act> {
    let event = prop_oneof![
        4 => Just(Event::Approved),
        1 => Just(Event::Refused { note: "worn".to_owned() }),
        1 => Just(Event::Withdrawn),
        4 => Just(Event::GoodsReceived),
        1 => Just(Event::Retried),
    ];
    let luck = || prop::bool::weighted(0.8);
    prop_oneof![
        3 => (1_i64..4).prop_map(|count| Act::Request { count }),
        8 => (any::<usize>(), event).prop_map(|(which, event)| Act::Person { which, event }),
        8 => (any::<usize>(), luck()).prop_map(|(which, luck)| Act::Deliver { which, luck }),
        3 => (any::<usize>(), luck()).prop_map(|(which, luck)| Act::DeliverTwice { which, luck }),
        1 => any::<usize>().prop_map(|which| Act::Lose { which }),
        2 => (0_i64..4_000_000).prop_map(|seconds| Act::Wait { seconds }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..Default::default() })]

    #[test]
    fn whatever_happens_no_more_goes_back_than_was_bought_and_every_return_ends(
        acts in prop::collection::vec(acts(), 0..80),
    ) {
        let mut now = Clock::default().now();
        let (bought, mut world) = (checkout(now), World::default());
        for act in acts {
            let (returns, mails) = (world.returns.len(), world.network.len());
            match act {
                Act::Request { count } => world.request(&bought, count, now),
                Act::Person { which, event } if returns > 0 => world.tell(which % returns, &event, now),
                Act::Deliver { which, luck } if mails > 0 => {
                    let mail = world.network.remove(which % mails).unwrap();
                    world.deliver(mail, luck, now);
                }
                Act::DeliverTwice { which, luck } if mails > 0 => {
                    let mail = world.network[which % mails].clone();
                    world.deliver(mail, luck, now);
                }
                Act::Lose { which } if mails > 0 => drop(world.network.remove(which % mails)),
                Act::Wait { seconds } => {
                    now += TimeDelta::seconds(seconds);
                    (0..returns).for_each(|which| world.tell(which, &Event::DeadlinePassed, now));
                }
                Act::Person { .. } | Act::Deliver { .. } | Act::DeliverTwice { .. } | Act::Lose { .. } => {}
            }
        }
        // From here on somebody decides, messages flow, and commands are sent again where one was lost.
        for which in 0..world.returns.len() {
            world.tell(which, &Event::Approved, now);
        }
        for _ in 0..5 {
            now += TimeDelta::days(40);
            (0..world.returns.len()).for_each(|which| world.tell(which, &Event::DeadlinePassed, now));
            while let Some(mail) = world.network.pop_front() {
                world.deliver(mail, true, now);
            }
        }
        for item in &world.returns {
            prop_assert!(item.deadline.is_none(), "stuck in {:?}", item.state);
        }
    }
}
