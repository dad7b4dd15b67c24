//! Which queries a tick takes. Pure.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;

use contracts::Load;
use operator_scaling::{Query, Source};

use super::Subject;
use crate::prometheus::Server;
use crate::stack_key::StackKey;

/// Many in one query save queries; too many make a text, and an answer, that is refused for its length.
const STACKS_PER_QUERY: usize = 100;

#[derive(Debug)]
pub struct Plan<'a> {
    pub servers: Vec<ServerPlan<'a>>,
    /// Which of them each subject's is.
    pub server_of: Vec<Option<usize>>,
}

#[derive(Debug)]
pub struct ServerPlan<'a> {
    pub server: &'a Server,
    /// Ours first, for they serve most, and those of users may be slow.
    pub questions: Vec<Question>,
    place: HashMap<Wish<'a>, usize>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    pub query: Query,
    pub of_user: bool,
}

/// What one service wants to be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Wish<'a> {
    /// Its own share of an answer for many.
    Ours {
        what: What,
        scrape_interval: Duration,
        stack: &'a StackKey,
    },
    User(&'a str),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum What {
    Load(Load),
    Waiting,
    Unacknowledged,
}

impl<'a> Plan<'a> {
    pub fn of(subjects: &'a [Subject<'a>]) -> Self {
        let mut order: Vec<&Server> = Vec::new();
        let mut index: HashMap<&Server, usize> = HashMap::new();
        let mut wishes: Vec<BTreeSet<Wish<'a>>> = Vec::new();
        let mut server_of = Vec::with_capacity(subjects.len());
        for subject in subjects {
            let Ok(server) = &subject.server else {
                server_of.push(None);
                continue;
            };
            let at = *index.entry(server).or_insert_with(|| {
                order.push(server);
                wishes.push(BTreeSet::new());
                order.len() - 1
            });
            wishes[at].extend(subject.wishes());
            server_of.push(Some(at));
        }
        let servers = order.into_iter().zip(wishes).map(|(server, wishes)| ServerPlan::of(server, &wishes));
        Self { servers: servers.collect(), server_of }
    }
}

impl<'a> ServerPlan<'a> {
    fn of(server: &'a Server, wishes: &BTreeSet<Wish<'a>>) -> Self {
        let (mut questions, mut place) = (Vec::new(), HashMap::with_capacity(wishes.len()));
        let mut alike: BTreeMap<(What, Duration), Vec<&'a StackKey>> = BTreeMap::new();
        for wish in wishes {
            if let Wish::Ours { what, scrape_interval, stack } = *wish {
                alike.entry((what, scrape_interval)).or_default().push(stack);
            }
        }
        for ((what, scrape_interval), stacks) in alike {
            for stacks in stacks.chunks(STACKS_PER_QUERY) {
                let wish = |stack| Wish::Ours { what, scrape_interval, stack };
                place.extend(stacks.iter().map(|stack| (wish(*stack), questions.len())));
                questions.push(Question { query: what.query(scrape_interval, stacks), of_user: false });
            }
        }
        for wish in wishes {
            if let Wish::User(text) = wish {
                place.insert(*wish, questions.len());
                questions.push(Question { query: Query((*text).to_owned()), of_user: true });
            }
        }
        Self { server, questions, place }
    }

    /// The question whose answer has it.
    pub fn place(&self, wish: &Wish<'_>) -> usize {
        *self.place.get(wish).expect("the plan was made for this subject")
    }
}

impl<'a> Subject<'a> {
    fn wishes(&'a self) -> impl Iterator<Item = Wish<'a>> {
        self.services.iter().flat_map(move |service| {
            let backlog = service.policy.queue.then_some([What::Waiting, What::Unacknowledged]);
            let metrics = service.policy.metrics.iter().map(move |metric| self.wish(&metric.source));
            metrics.chain(backlog.into_iter().flatten().map(move |what| self.ours(what)))
        })
    }

    pub fn wish(&self, source: &'a Source) -> Wish<'a> {
        match source {
            Source::Preset(load) => self.ours(What::Load(*load)),
            Source::Query(text) => Wish::User(text),
        }
    }

    pub fn ours(&self, what: What) -> Wish<'a> {
        Wish::Ours { what, scrape_interval: self.scrape_interval, stack: self.key }
    }
}

impl What {
    fn query(self, scrape_interval: Duration, stacks: &[&StackKey]) -> Query {
        let stacks: Vec<(&str, &str)> =
            stacks.iter().map(|stack| (stack.namespace.as_str(), stack.name.as_str())).collect();
        match self {
            Self::Load(load) => Query::preset(load, scrape_interval, &stacks),
            Self::Waiting => Query::waiting(scrape_interval, &stacks),
            Self::Unacknowledged => Query::unacknowledged(scrape_interval, &stacks),
        }
    }
}
