//! One round of asking: every server by itself, its questions a few at a time, no more of them once it fails.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::OnceLock;
use std::time::Duration;

use futures::StreamExt;
use futures::future::join_all;
use futures::stream;
use operator_scaling::Moment;
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep};

use super::plan::{Plan, Question, ServerPlan};
use super::rests::Rests;
use crate::prometheus::{AskError, Prometheus, Sample};

pub type Answer = Result<Vec<Sample>, AskError>;

/// Of one server. Fewer where there is less to ask, lest a thousand small servers cost thousands of connections.
const AT_ONCE: usize = 4;
const QUESTIONS_PER_CONNECTION: usize = 8;
/// In all: each is a connection, perhaps to nowhere.
const SERVERS_AT_ONCE: usize = 256;
/// Servers are begun with over this time, each at a moment of its own.
const SPREAD: Duration = Duration::from_secs(2);
/// No query of a user's is begun with later than this; those before it were slow.
const TIME_FOR_USERS: Duration = Duration::from_secs(8);
/// Of a query of a user's that was too slow: so the others get their turn.
const REST: Duration = Duration::from_secs(60);

struct Round<'a> {
    prometheus: &'a Prometheus,
    rests: &'a Rests,
    plan: &'a ServerPlan<'a>,
    now: Moment,
    began: Instant,
    /// What the server said that makes further questions vain.
    gave_up: OnceLock<AskError>,
}

/// The answers to the questions of each server of the plan.
pub async fn ask(prometheus: &Prometheus, rests: &Rests, plan: &Plan<'_>, now: Moment) -> Vec<Vec<Answer>> {
    let places = Semaphore::new(SERVERS_AT_ONCE);
    let alone = plan.servers.len() == 1;
    let rounds = plan.servers.iter().map(|plan| {
        let places = &places;
        async move {
            if !alone {
                sleep(offset(plan)).await;
            }
            let _place = places.acquire().await;
            let (began, gave_up) = (Instant::now(), OnceLock::new());
            Round { prometheus, rests, plan, now, began, gave_up }.ask_all().await
        }
    });
    join_all(rounds).await
}

fn offset(plan: &ServerPlan<'_>) -> Duration {
    let mut hasher = DefaultHasher::new();
    plan.server.url.hash(&mut hasher);
    SPREAD.mul_f64((hasher.finish() % 1000) as f64 / 1000.0)
}

impl Round<'_> {
    async fn ask_all(self) -> Vec<Answer> {
        if let Some(why) = self.rests.why(self.plan.server, None) {
            return self.plan.questions.iter().map(|_| Err(why.clone())).collect();
        }
        let Some((first, rest)) = self.plan.questions.split_first() else { return Vec::new() };
        // One to begin with: a server that is down is not told so by four at once.
        let mut answers = vec![self.ask(first).await];
        let at_once = (self.plan.questions.len() / QUESTIONS_PER_CONNECTION).clamp(1, AT_ONCE);
        answers.extend(
            stream::iter(rest).map(|question| self.ask(question)).buffered(at_once).collect::<Vec<_>>().await,
        );
        answers
    }

    async fn ask(&self, question: &Question) -> Answer {
        self.vain(question).map_or(Ok(()), Err)?;
        let answer = self.prometheus.instant(self.plan.server, &question.query.0, self.now).await;
        if let Err(error) = &answer {
            self.note(question, error);
        }
        answer
    }

    /// Why it is not worth asking.
    fn vain(&self, question: &Question) -> Option<AskError> {
        if let Some(error) = self.gave_up.get() {
            return Some(error.clone());
        }
        if !question.of_user {
            return None;
        }
        let late = || {
            let said = "not asked for want of time: other queries to this Prometheus were slow";
            (self.began.elapsed() > TIME_FOR_USERS).then(|| AskError::unreachable(said))
        };
        self.rests.why(self.plan.server, Some(&question.query)).or_else(late)
    }

    fn note(&self, question: &Question, error: &AskError) {
        // A query of one user's that is slow says nothing of the server, which others depend on.
        if question.of_user && matches!(error, AskError::Slow(_)) {
            self.rests.begin(self.plan.server, Some(&question.query), REST, error.clone());
        } else if error.concerns_server() {
            if let Some(lasts) = error.retry_after() {
                self.rests.begin(self.plan.server, None, lasts, error.clone());
            }
            self.gave_up.set(error.clone()).ok();
        }
    }
}
