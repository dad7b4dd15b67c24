//! What must be true of a shop's databases, whatever happened: for those who can ask them, as tests do.
//!
//! Each role is asked on its own; what spans roles is compared here. A message that is still under way makes some of
//! it untrue for a moment, so whoever asks waits until all is quiet.

use std::collections::{BTreeMap, BTreeSet};

use contracts::Role;

mod queries;

use queries::{ALONE, CAPTURED, OPEN_ORDERS, OUTBOX, PIECES, PROMISED, PROVIDER, SOLD};

/// Those who own a database that an order leaves traces in.
pub const ROLES: [Role; 3] = [Role::Orders, Role::Inventory, Role::Payments];

/// What was found. An order that is under way is no fault by itself: its shopper may still pay.
#[derive(Debug, Default)]
pub struct Findings {
    /// What does not hold, in words.
    pub broken: Vec<String>,
    /// Ids of orders that have not ended.
    pub open: BTreeSet<String>,
}

/// `ask` runs a query that gives one column of text on the database of a role.
pub async fn check<E>(ask: impl AsyncFn(Role, &str) -> Result<Vec<String>, E>) -> Result<Findings, E> {
    let open: BTreeSet<String> = ask(Role::Orders, OPEN_ORDERS).await?.into_iter().collect();
    let mut broken = Vec::new();
    for role in ROLES {
        broken.extend(ask(role, OUTBOX).await?.into_iter().map(|found| format!("{role}: {found}")));
    }
    for (role, query) in ALONE {
        broken.extend(ask(*role, query).await?.into_iter().map(|found| format!("{role}: {found}")));
    }

    let owed = pairs(ask(Role::Orders, SOLD).await?);
    let captured = pairs(ask(Role::Payments, CAPTURED).await?);
    let provider = pairs(ask(Role::Payments, PROVIDER).await?);
    let (sold, promised) = (ask(Role::Orders, PIECES).await?, ask(Role::Inventory, PROMISED).await?);
    broken.extend(differences("orders owe, payments captured", &owed, &captured, &open));
    broken.extend(differences("payments captured, the provider took", &captured, &provider, &open));
    broken.extend(differences("orders sold, inventory gave", &pairs(sold), &pairs(promised), &open));
    Ok(Findings { broken, open })
}

/// `key value` lines; a key begins with the order's id.
fn pairs(lines: Vec<String>) -> BTreeMap<String, String> {
    let pair = |line: String| {
        line.rsplit_once(' ')
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .unwrap_or((line, String::new()))
    };
    lines.into_iter().map(pair).collect()
}

/// Where two books differ about an order that has ended.
fn differences(
    what: &str,
    ours: &BTreeMap<String, String>,
    theirs: &BTreeMap<String, String>,
    open: &BTreeSet<String>,
) -> Vec<String> {
    let keys: BTreeSet<&String> = ours.keys().chain(theirs.keys()).collect();
    let has_ended = |key: &&String| !key.split(' ').next().is_some_and(|order| open.contains(order));
    let value = |book: &BTreeMap<String, String>, key| book.get(key).cloned().unwrap_or("nothing".to_owned());
    keys.into_iter()
        .filter(has_ended)
        .filter(|key| ours.get(*key) != theirs.get(*key))
        .map(|key| format!("{key}: {what}: {}, {}", value(ours, key), value(theirs, key)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn books_that_differ_about_an_order_that_has_ended_are_found() {
        let ours = pairs(vec!["a 100".to_owned(), "b 5".to_owned(), "c 1".to_owned()]);
        let theirs = pairs(vec!["a 100".to_owned(), "b 7".to_owned(), "d 2".to_owned()]);
        let open = BTreeSet::from(["c".to_owned()]);
        assert_eq!(
            differences("x, y", &ours, &theirs, &open),
            ["b: x, y: 5, 7".to_owned(), "d: x, y: nothing, 2".to_owned()]
        );
    }
}
