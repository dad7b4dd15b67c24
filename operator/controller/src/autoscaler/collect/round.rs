//! One round of asking: every server by itself, its questions a few at a time, no more of them once it fails.

use std::sync::OnceLock;
use std::time::Duration;

use futures::StreamExt;
use futures::future::join_all;
use futures::stream;
use operator_scaling::Moment;
use tokio::time::Instant;

use super::Collector;
use super::plan::{Plan, Question, ServerPlan};
use crate::prometheus::{AskError, Sample};

pub type Answer = Result<Vec<Sample>, AskError>;

/// Of one server. Fewer where there is less to ask, lest a thousand small servers cost thousands of connections.
const AT_ONCE: usize = 4;
const QUESTIONS_PER_CONNECTION: usize = 8;
/// No query of a user's is begun with later than this; those before it were slow.
const TIME_FOR_USERS: Duration = Duration::from_secs(8);
/// Of a query of a user's that was too slow: so the others get their turn.
const REST: Duration = Duration::from_secs(60);

struct Round<'a> {
    collector: &'a Collector,
    plan: &'a ServerPlan<'a>,
    now: Moment,
    began: Instant,
    /// What the server said that makes further questions vain.
    gave_up: OnceLock<AskError>,
}

/// The answers to the questions of each server of the plan.
pub async fn ask(collector: &Collector, plan: &Plan<'_>, now: Moment) -> Vec<Vec<Answer>> {
    let rounds = plan.servers.iter().map(|plan| async move {
        let _turn = collector.turns.take(plan.server).await;
        Round { collector, plan, now, began: Instant::now(), gave_up: OnceLock::new() }.ask_all().await
    });
    join_all(rounds).await
}

impl Round<'_> {
    async fn ask_all(self) -> Vec<Answer> {
        if let Some(why) = self.collector.rests.why(self.plan.server, None) {
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
        let answer = self.collector.prometheus.instant(self.plan.server, &question.query.0, self.now).await;
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
        self.collector.rests.why(self.plan.server, Some(&question.query)).or_else(late)
    }

    fn note(&self, question: &Question, error: &AskError) {
        // A query of one user's that is slow says nothing of the server, which others depend on.
        if question.of_user && matches!(error, AskError::Slow(_)) {
            self.collector.rests.begin(self.plan.server, Some(&question.query), REST, error.clone());
        } else if error.concerns_server() {
            if let Some(lasts) = error.retry_after() {
                self.collector.rests.begin(self.plan.server, None, lasts, error.clone());
            }
            self.gave_up.set(error.clone()).ok();
        }
    }
}
