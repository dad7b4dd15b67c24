//! What keeps a broker's definitions from being as they should be. Pure.
//!
//! What is not ours is never looked at: other vhosts, other users, and queues of other names.

use operator_desired::Definitions;
use serde_json::Value;
use url::form_urlencoded::byte_serialize;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Difference {
    /// Titles of what is missing or changed, and comes back by an import.
    pub lacking: Vec<String>,
    /// Paths of what nobody needs any more.
    pub superfluous: Vec<String>,
    /// What is there in another form, which RabbitMQ never changes.
    pub fixed: Vec<Fixed>,
}

/// A queue or exchange that would have to be made anew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fixed {
    pub kind: &'static str,
    pub name: String,
}

impl Difference {
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }

    /// Whether asking the broker to change helps.
    pub fn can_be_mended(&self) -> bool {
        !(self.lacking.is_empty() && self.superfluous.is_empty())
    }
}

/// Lists of the definitions, what an element is found by, and what has to be the same then.
const MENDED: [(&str, &[&str], &[&str]); 5] = [
    ("vhosts", &["name"], &[]),
    ("users", &["name"], &["password_hash", "hashing_algorithm", "tags"]),
    ("permissions", &["user", "vhost"], &["configure", "write", "read"]),
    ("topic_permissions", &["user", "vhost", "exchange"], &["write", "read"]),
    ("bindings", BINDING, &[]),
];
const BINDING: &[&str] = &["vhost", "source", "destination", "destination_type", "routing_key", "arguments"];
const FIXED: [(&str, &str, &[&str]); 2] = [
    ("queues", "queue", &["durable", "auto_delete", "arguments"]),
    ("exchanges", "exchange", &["type", "durable", "auto_delete", "internal", "arguments"]),
];

pub fn difference(wanted: &Definitions, found: &Value) -> Difference {
    let mut difference = Difference::default();
    for (list, keys, fields) in MENDED {
        for element in elements(&wanted.document, list) {
            let there = elements(found, list).find(|one| same(one, element, keys));
            if !there.is_some_and(|one| same(one, element, fields)) {
                difference.lacking.push(title(list, element));
            }
        }
    }
    for (list, kind, fields) in FIXED {
        for element in elements(&wanted.document, list) {
            match elements(found, list).find(|one| same(one, element, &["vhost", "name"])) {
                None => difference.lacking.push(title(list, element)),
                Some(one) if !same(one, element, fields) => {
                    difference.fixed.push(Fixed { kind, name: text(element, "name").to_owned() });
                }
                Some(_) => {}
            }
        }
    }
    difference.superfluous = users(wanted, found).chain(bindings(wanted, found)).collect();
    difference
}

/// Users with our mark that are of no use any more.
fn users<'a>(wanted: &'a Definitions, found: &'a Value) -> impl Iterator<Item = String> + 'a {
    let marked = |user: &&Value| {
        user["tags"].as_array().is_some_and(|tags| tags.iter().any(|tag| *tag == wanted.mark))
    };
    let needed = |user: &Value| elements(&wanted.document, "users").any(|one| same(one, user, &["name"]));
    elements(found, "users")
        .filter(marked)
        .filter(move |user| !needed(user))
        .map(|user| format!("/api/users/{}", segment(text(user, "name"))))
}

/// Ways into our queues that lead from our exchanges and that nobody asked for: messages that no consumer understands.
fn bindings<'a>(wanted: &'a Definitions, found: &'a Value) -> impl Iterator<Item = String> + 'a {
    let known = |list: &str, name: &str| elements(&wanted.document, list).any(|one| one["name"] == name);
    elements(found, "bindings").filter_map(move |one| {
        let (source, queue) = (text(one, "source"), text(one, "destination"));
        let ours = one["vhost"] == *wanted.vhost
            && one["destination_type"] == "queue"
            && known("queues", queue)
            && (known("exchanges", source) || source == "amq.topic");
        let needed = elements(&wanted.document, "bindings").any(|other| same(other, one, BINDING));
        // Without arguments the key of a binding is that of its messages.
        let key = one["arguments"]
            .as_object()
            .is_none_or(serde_json::Map::is_empty)
            .then(|| text(one, "routing_key"))?;
        let names = [&wanted.vhost, "e", source, "q", queue, key].map(segment).join("/");
        (ours && !needed && !key.is_empty()).then(|| format!("/api/bindings/{names}"))
    })
}

fn elements<'a>(definitions: &'a Value, list: &str) -> impl Iterator<Item = &'a Value> + 'a {
    definitions[list].as_array().into_iter().flatten()
}

fn same(one: &Value, other: &Value, fields: &[&str]) -> bool {
    fields.iter().all(|field| match (&one[field], &other[field]) {
        // In any order: they are a set.
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().all(|item| other.contains(item))
        }
        (one, other) => one == other,
    })
}

fn title(list: &str, element: &Value) -> String {
    let name = ["name", "user", "destination"].iter().find_map(|key| element[key].as_str());
    format!("{} {}", list.trim_end_matches('s').replace('_', " "), name.unwrap_or_default())
}

fn text<'a>(element: &'a Value, field: &str) -> &'a str {
    element[field].as_str().unwrap_or_default()
}

/// One segment of a path; a blank is no plus there.
fn segment(text: &str) -> String {
    byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn wanted() -> Definitions {
        let document = json!({
            "vhosts": [{"name": "shop"}],
            "users": [{"name": "orders", "password_hash": "h", "hashing_algorithm": "a", "tags": ["ours"]}],
            "permissions": [{"user": "orders", "vhost": "shop", "configure": "^$", "write": "w", "read": "r"}],
            "topic_permissions": [],
            "exchanges": [{"vhost": "shop", "name": "shop.orders", "type": "topic", "durable": true, "auto_delete": false,
                           "internal": false, "arguments": {}}],
            "queues": [{"vhost": "shop", "name": "orders", "durable": true, "auto_delete": false, "arguments": {"x": 1}}],
            "bindings": [{"vhost": "shop", "source": "shop.orders", "destination": "orders", "destination_type": "queue",
                          "routing_key": "a.b", "arguments": {}}],
        });
        Definitions { document, vhost: "shop".to_owned(), mark: "ours".to_owned() }
    }

    /// As the broker has it, after a change.
    fn after(change: impl FnOnce(&mut Value)) -> Difference {
        let mut found = wanted().document;
        change(&mut found);
        difference(&wanted(), &found)
    }

    #[test]
    fn what_is_as_wanted_needs_nothing_and_strangers_are_left_alone() {
        assert!(after(|_| {}).is_none());
        let strangers = after(|found| {
            found["users"].as_array_mut().unwrap().push(json!({"name": "guest", "tags": ["administrator"]}));
            found["vhosts"].as_array_mut().unwrap().push(json!({"name": "/"}));
            found["queues"].as_array_mut().unwrap().push(json!({"vhost": "shop", "name": "theirs"}));
            let binding = |source: &str, queue: &str| {
                json!({"vhost": "shop", "source": source, "destination": queue, "destination_type": "queue",
                       "routing_key": "x", "arguments": {}})
            };
            let bindings = found["bindings"].as_array_mut().unwrap();
            bindings.extend([binding("shop.orders", "theirs"), binding("their.exchange", "orders")]);
        });
        assert!(strangers.is_none(), "{strangers:?}");
    }

    #[test]
    fn each_thing_that_is_missing_is_named() {
        for (list, title) in [
            ("vhosts", "vhost shop"),
            ("users", "user orders"),
            ("permissions", "permission orders"),
            ("exchanges", "exchange shop.orders"),
            ("queues", "queue orders"),
            ("bindings", "binding orders"),
        ] {
            assert_eq!(after(|found| found[list] = json!([])).lacking, [title]);
        }
    }

    #[test]
    fn a_changed_password_and_wider_rights_are_put_back() {
        assert_eq!(
            after(|found| found["users"][0]["password_hash"] = json!("other")).lacking,
            ["user orders"]
        );
        assert_eq!(
            after(|found| found["users"][0]["tags"] = json!(["ours", "administrator"])).lacking,
            ["user orders"]
        );
        assert_eq!(
            after(|found| found["permissions"][0]["write"] = json!(".*")).lacking,
            ["permission orders"]
        );
    }

    #[test]
    fn users_and_bindings_that_nobody_needs_any_more_go() {
        let difference = after(|found| {
            found["users"].as_array_mut().unwrap().push(json!({"name": "a role/gone", "tags": ["ours"]}));
            let mut old = found["bindings"][0].clone();
            old["routing_key"] = json!("old.key#");
            found["bindings"].as_array_mut().unwrap().push(old);
        });
        assert_eq!(
            difference.superfluous,
            ["/api/users/a%20role%2Fgone", "/api/bindings/shop/e/shop.orders/q/orders/old.key%23"]
        );
        assert!(difference.can_be_mended());
    }

    #[test]
    fn what_can_not_be_changed_is_told_apart() {
        let difference = after(|found| found["queues"][0]["arguments"] = json!({"x": 2}));
        assert_eq!(difference.fixed, [Fixed { kind: "queue", name: "orders".to_owned() }]);
        assert!(!difference.can_be_mended() && !difference.is_none());
    }

    #[test]
    fn an_answer_of_another_shape_lacks_everything_and_is_no_panic() {
        for found in [Value::Null, json!([]), json!({"users": "none", "queues": [1, null]})] {
            assert_eq!(difference(&wanted(), &found).lacking.len(), 6);
        }
    }
}
