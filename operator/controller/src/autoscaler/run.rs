//! The loop: ticks, news and nudges, and what follows from them.

use std::time::Duration;

use futures::StreamExt;
use futures::future::{BoxFuture, LocalBoxFuture};
use futures::stream::FuturesUnordered;
use kube::Client;
use tokio::sync::Semaphore;
use tokio::time::{Instant, MissedTickBehavior, interval};

use super::perform::{Done, perform};
use super::rounds::{self, Round, Stacks};
use super::{Autoscaler, watches};
use crate::stack_key::StackKey;

/// How often Prometheus is asked.
const TICK: Duration = Duration::from_secs(15);
/// How often where a service sleeps, whose messages are to wait for less than 20 s.
const WAKING: Duration = Duration::from_secs(5);
/// Stacks that are written to at the same time.
const AT_A_TIME: usize = 8;

type Rounds = FuturesUnordered<LocalBoxFuture<'static, Round>>;
type Errands<'a> = FuturesUnordered<BoxFuture<'a, (StackKey, Vec<Done>)>>;

impl Autoscaler {
    /// Runs until `stop`, and until what was begun then has been done.
    pub async fn run(mut self, client: Client, stop: impl Future<Output = ()>) {
        let mut news = watches::all(&client, &self.scope, &self.discovery, &self.metrics);
        let table = self.table.clone();
        let turns = Semaphore::new(AT_A_TIME);
        let mut errands = Errands::new();
        let (mut rounds, mut began) = (Rounds::new(), Instant::now());
        let (mut beats, mut tick_at) = (interval(WAKING), Instant::now());
        beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
        tokio::pin!(stop);
        loop {
            tokio::select! {
                () = &mut stop => break,
                Some(news) = news.next() => {
                    for stack in self.hear(news) {
                        self.begin(&stack, &mut errands, &turns);
                    }
                }
                stack = table.to_judge.next() => self.begin(&stack, &mut errands, &turns),
                Some((stack, done)) = errands.next() => {
                    if self.done(&stack, done) {
                        self.begin(&stack, &mut errands, &turns);
                    }
                }
                Some(round) = rounds.next() => {
                    for stack in self.learn(round) {
                        self.begin(&stack, &mut errands, &turns);
                    }
                    if rounds.is_empty() {
                        self.metrics.scaling().ticked(began.elapsed());
                    }
                }
                // A round takes no longer than a tick; should one do, the next begins after it.
                now = beats.tick() => if rounds.is_empty() {
                    began = now;
                    if now < tick_at {
                        let asleep = self.groups_asleep();
                        self.ask(asleep, &mut rounds);
                        continue;
                    }
                    tick_at = now + TICK;
                    for stack in self.tick(&mut rounds) {
                        self.begin(&stack, &mut errands, &turns);
                    }
                }
            }
        }
        while errands.next().await.is_some() {}
    }

    /// Begins to ask, and says which stacks to look at without: time alone may release a hold.
    fn tick(&self, rounds: &mut Rounds) -> Vec<StackKey> {
        let (groups, unmeasured) = self.groups();
        self.ask(groups, rounds);
        self.metrics.scaling().holds(self.held());
        unmeasured
    }

    fn ask(&self, groups: Vec<Stacks>, rounds: &mut Rounds) {
        let now = self.clock.now();
        for stacks in groups {
            let collector = self.collector.clone();
            rounds.push(Box::pin(async move { rounds::ask(&collector, stacks, now).await }));
        }
    }

    fn begin<'a>(&mut self, stack: &StackKey, errands: &mut Errands<'a>, turns: &'a Semaphore) {
        let Some(errand) = self.look(stack) else { return };
        let (cluster, recorder) = (self.cluster.clone(), self.recorder.clone());
        errands.push(Box::pin(async move {
            // It is never closed.
            let _turn = turns.acquire().await;
            perform(&cluster, &recorder, errand).await
        }));
    }
}
