//! Which series, and how far back.

use std::collections::BTreeSet;
use std::time::Duration;

use contracts::{Role, topology};

/// One scrape may be lost without a rate being lost. No longer, or a target that is gone would go on counting.
const SCRAPES: u32 = 3;
const SHORTEST: Duration = Duration::from_secs(15);

pub struct Selector {
    stacks: String,
    window: String,
}

impl Selector {
    pub fn new(scrape_interval: Duration, stacks: &[(&str, &str)]) -> Self {
        let (namespaces, names): (BTreeSet<&str>, BTreeSet<&str>) = stacks.iter().copied().unzip();
        let window = (scrape_interval * SCRAPES).max(SHORTEST);
        Self {
            stacks: format!("{},{}", matcher("namespace", namespaces), matcher("stack", names)),
            window: format!("{}s", window.as_secs()),
        }
    }

    pub fn series(&self, metric: &str) -> String {
        format!("{metric}{{{}}}[{}]", self.stacks, self.window)
    }

    /// Of the broker: the queues that services consume, not those of their dead letters.
    pub fn queues(&self, metric: &str) -> String {
        let consumers = Role::ALL.into_iter().filter(|role| !role.spec().subscriptions.is_empty());
        let queues: Vec<String> = consumers.map(topology::queue).collect();
        let queues = matcher("queue", queues.iter().map(String::as_str));
        format!("{metric}{{{},{queues}}}[{}]", self.stacks, self.window)
    }
}

fn matcher<'a>(label: &str, values: impl IntoIterator<Item = &'a str>) -> String {
    let values: Vec<String> = values.into_iter().map(literal).collect();
    format!(r#"{label}=~"{}""#, values.join("|"))
}

/// As a regular expression that matches only `value`, within double quotes.
fn literal(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    for c in value.chars() {
        match c {
            // A backslash for the regular expression is two within quotes.
            '\\' => text.push_str(r"\\\\"),
            '.' | '+' | '*' | '?' | '(' | ')' | '|' | '[' | ']' | '{' | '}' | '^' | '$' => {
                text.push_str(r"\\");
                text.push(c);
            }
            '"' => text.push_str(r#"\""#),
            '\n' => text.push_str(r"\n"),
            _ => text.push(c),
        }
    }
    text
}
