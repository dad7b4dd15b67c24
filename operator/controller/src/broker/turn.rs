//! Which node's pod is replaced next, where the template has changed. Pure.

use serde_json::Value;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    pub pod: String,
    pub uid: String,
    pub ordinal: u32,
    pub ready: bool,
    /// Of the newest template.
    pub new: bool,
    pub leaving: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Turn {
    /// None; or a pod is on its way already.
    Nobodys,
    /// It can go at once.
    Replace(Node),
    /// It can go if no queue needs it.
    Ask(Node),
}

/// The pods of a StatefulSet.
pub fn nodes(set: &str, newest: &str, pods: &[Value]) -> Vec<Node> {
    pods.iter().filter_map(|pod| node(set, newest, pod)).collect()
}

fn node(set: &str, newest: &str, pod: &Value) -> Option<Node> {
    let metadata = &pod["metadata"];
    let name = metadata["name"].as_str()?;
    let conditions = pod["status"]["conditions"].as_array();
    let ready = conditions.into_iter().flatten().any(|one| one["type"] == "Ready" && one["status"] == "True");
    Some(Node {
        pod: name.to_owned(),
        uid: metadata["uid"].as_str()?.to_owned(),
        ordinal: name.strip_prefix(set)?.strip_prefix('-')?.parse().ok()?,
        ready,
        new: metadata["labels"]["controller-revision-hash"] == *newest,
        leaving: metadata["deletionTimestamp"].is_string(),
    })
}

/// From the last to the first, one after the other. A pod that is not ready can go in any case: it may never be ready before it
/// is replaced, and the others wait for it.
pub fn turn(wanted: u32, nodes: &[Node]) -> Turn {
    let there = u32::try_from(nodes.len()).unwrap_or(u32::MAX);
    if there < wanted || nodes.iter().any(|node| node.leaving) {
        return Turn::Nobodys;
    }
    let mut old: Vec<&Node> = nodes.iter().filter(|node| !node.new).collect();
    old.sort_by_key(|node| (node.ready, std::cmp::Reverse(node.ordinal)));
    match old.first() {
        None => Turn::Nobodys,
        Some(node) if !node.ready || wanted == 1 => Turn::Replace((*node).clone()),
        // One that was replaced has to be back before the next one goes.
        Some(_) if nodes.iter().any(|node| !node.ready) => Turn::Nobodys,
        Some(node) => Turn::Ask((*node).clone()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn with(ordinal: u32, ready: bool, new: bool) -> Node {
        let pod = format!("shop-rabbitmq-{ordinal}");
        Node { uid: format!("uid-{ordinal}"), pod, ordinal, ready, new, leaving: false }
    }

    #[test]
    fn nodes_take_turns_from_the_last_to_the_first_and_each_is_asked_for() {
        let mut nodes: Vec<Node> = (0..3).map(|ordinal| with(ordinal, true, false)).collect();
        for expected in [2, 1, 0] {
            let Turn::Ask(next) = turn(3, &nodes) else { panic!("{nodes:?}") };
            assert_eq!(next.ordinal, expected);
            let at = usize::try_from(expected).unwrap();
            nodes[at] = with(expected, false, true);
            assert_eq!(turn(3, &nodes), Turn::Nobodys, "it is not back yet");
            nodes[at].ready = true;
        }
        assert_eq!(turn(3, &nodes), Turn::Nobodys);
    }

    #[test]
    fn a_node_that_is_alone_needs_no_leave() {
        assert_eq!(turn(1, &[with(0, true, false)]), Turn::Replace(with(0, true, false)));
    }

    #[test]
    fn pods_that_never_came_up_are_replaced_while_others_wait_for_them() {
        let nodes = [with(0, false, false), with(1, false, false), with(2, false, true)];
        assert_eq!(turn(3, &nodes), Turn::Replace(nodes[1].clone()));
    }

    #[test]
    fn nobody_goes_while_a_pod_is_missing_or_leaving() {
        let mut nodes = vec![with(0, true, false), with(1, true, false)];
        assert_eq!(turn(3, &nodes), Turn::Nobodys);
        nodes.push(Node { leaving: true, ..with(2, true, false) });
        assert_eq!(turn(3, &nodes), Turn::Nobodys);
    }

    #[test]
    fn a_node_is_read_from_its_pod() {
        let pod = |name: &str| {
            json!({
                "metadata": {"name": name, "uid": "u", "labels": {"controller-revision-hash": "shop-rabbitmq-7d"}},
                "status": {"conditions": [{"type": "Ready", "status": "True"}]},
            })
        };
        let pods = [pod("shop-rabbitmq-1"), pod("shop-rabbitmq-x"), pod("shop-postgres-0"), Value::Null];
        let found = nodes("shop-rabbitmq", "shop-rabbitmq-7d", &pods);
        assert_eq!(found, [Node { uid: "u".to_owned(), ..with(1, true, true) }]);
    }

    proptest! {
        /// Whatever the state of the others, no majority is broken by a pod that is ready.
        #[test]
        fn a_ready_pod_goes_only_while_all_are_ready(states in proptest::collection::vec(any::<(bool, bool, bool)>(), 3)) {
            let nodes: Vec<Node> = (0..).zip(states).map(|(ordinal, (ready, new, leaving))| {
                Node { leaving, ..with(ordinal, ready, new) }
            }).collect();
            match turn(3, &nodes) {
                Turn::Nobodys => {}
                Turn::Replace(node) => prop_assert!(!node.ready && !node.new),
                Turn::Ask(node) => prop_assert!(!node.new && nodes.iter().all(|node| node.ready && !node.leaving)),
            }
        }
    }
}
