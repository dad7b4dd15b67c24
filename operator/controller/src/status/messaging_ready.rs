//! MessagingReady: the broker takes connections, has enough nodes, and knows who may do what.

use operator_api::Reason;

use super::{Verdict, server};
use crate::broker::{Mode, Standing};
use crate::facts::Facts;
use crate::workload::Pods;

pub fn messaging_ready(facts: &Facts) -> Verdict {
    workload(facts).unwrap_or_else(|| standing(facts))
}

/// What keeps clients from connecting; None: nothing does.
fn workload(facts: &Facts) -> Option<Verdict> {
    match facts.broker.mode {
        Mode::External => return None,
        Mode::Cluster { installed: false } => {
            let message = "the cluster does not know RabbitmqCluster: install RabbitMQ's operator, and the stack goes on by itself";
            return Some(Verdict::no(Reason::NotInstalled, message));
        }
        Mode::Cluster { installed: true } | Mode::Embedded => {}
    }
    let pods = facts.messaging.pods.as_ref();
    if let Some(why) = &facts.broker.held {
        return Some(Verdict::no(Reason::QuorumAtRisk, why));
    }
    match pods {
        Some(pods) if at_risk(pods) => {
            let Pods { ready, desired, .. } = pods;
            let what = format!("{ready} of {desired} nodes are ready: without one more, queues stand still");
            Some(Verdict::no(Reason::QuorumAtRisk, format!("{what}: {}", why(facts))))
        }
        Some(pods) if pods.up() => None,
        _ => Some(match facts.broker.mode {
            Mode::Cluster { .. } => cluster(facts),
            Mode::Embedded | Mode::External => server::verdict(facts, &facts.messaging, "RabbitMQ"),
        }),
    }
}

/// So few that the next one counts.
fn at_risk(pods: &Pods) -> bool {
    let majority = pods.desired / 2 + 1;
    pods.desired > 1 && pods.ready < pods.desired && pods.ready >= majority && pods.ready - 1 < majority
}

fn why(facts: &Facts) -> String {
    let workload = &facts.messaging.workload;
    facts.trouble(workload).map_or_else(
        || {
            format!(
                "{} get pods -l {},app.kubernetes.io/component=messaging",
                facts.kubectl(),
                facts.labels()
            )
        },
        |trouble| trouble.message.clone(),
    )
}

fn cluster(facts: &Facts) -> Verdict {
    let workload = &facts.messaging.workload;
    match &facts.messaging.pods {
        None => Verdict::no(Reason::NotFound, "the RabbitmqCluster has not been created yet"),
        Some(_) => {
            let describe = format!("{} describe rabbitmqcluster {workload}", facts.kubectl());
            Verdict::no(Reason::Starting, format!("RabbitmqCluster {workload} is not up: {describe}"))
        }
    }
}

fn standing(facts: &Facts) -> Verdict {
    let nodes = match &facts.messaging.pods {
        Some(pods) if facts.broker.mode == Mode::Embedded => {
            format!(" ({}/{} nodes)", pods.ready, pods.desired)
        }
        _ => String::new(),
    };
    match &facts.broker.standing {
        Standing::InPlace => Verdict::yes(
            Reason::Available,
            format!("RabbitMQ is up{nodes}, with every user, permission and queue as it should be"),
        ),
        Standing::NotAsked if facts.broker.serves() => {
            Verdict::yes(Reason::Available, format!("RabbitMQ is up{nodes}"))
        }
        Standing::NotAsked => Verdict::no(
            Reason::DefinitionsPending,
            "RabbitMQ has not been asked for its users and queues yet",
        ),
        Standing::Pending(why) => Verdict::no(Reason::DefinitionsPending, why),
        Standing::Unreachable(why) => {
            Verdict::no(Reason::Unreachable, format!("RabbitMQ's management API can't be used: {why}"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::broker::Report;
    use crate::facts::Server;
    use crate::stack_key::StackKey;
    use crate::workload::Rollout;

    fn facts(ready: i32, desired: i32) -> Facts {
        let rollout = if ready == desired { Rollout::Complete } else { Rollout::Underway };
        let pods = Some(Pods { ready, desired, rollout });
        Facts {
            messaging: Server { workload: "shop-rabbitmq".to_owned(), pods },
            ..Facts::nothing(StackKey::new("shops", "shop"))
        }
    }

    fn with(standing: Standing, mode: Mode) -> Facts {
        Facts { broker: Report { mode, standing, held: None }, ..facts(3, 3) }
    }

    #[test]
    fn nodes_are_counted_and_the_last_one_that_may_go_is_told_of() {
        assert_eq!(messaging_ready(&facts(3, 3)).message, "RabbitMQ is up (3/3 nodes)");
        let at_risk = messaging_ready(&facts(2, 3));
        assert_eq!((at_risk.holds, at_risk.reason), (false, Reason::QuorumAtRisk));
        assert!(
            at_risk.message.contains("2 of 3 nodes") && at_risk.message.contains("kubectl -n shops get pods")
        );
        assert_eq!(messaging_ready(&facts(4, 5)).reason, Reason::Starting);
        assert_eq!(messaging_ready(&facts(3, 5)).reason, Reason::QuorumAtRisk);
        assert_eq!(messaging_ready(&facts(0, 1)).reason, Reason::Starting);
        assert_eq!(messaging_ready(&facts(0, 3)).reason, Reason::Starting);
    }

    #[test]
    fn a_node_that_can_not_be_spared_is_a_reason() {
        let mut held = facts(3, 3);
        held.broker.held = Some("pod shop-rabbitmq-2 has to be replaced".to_owned());
        assert_eq!(messaging_ready(&held).reason, Reason::QuorumAtRisk);
    }

    #[test]
    fn what_is_in_the_broker_counts_in_every_mode() {
        for mode in [Mode::Embedded, Mode::Cluster { installed: true }, Mode::External] {
            assert!(messaging_ready(&with(Standing::InPlace, mode)).holds);
            let pending = messaging_ready(&with(Standing::Pending("queue orders".to_owned()), mode));
            assert_eq!((pending.holds, pending.reason), (false, Reason::DefinitionsPending));
            let away = messaging_ready(&with(Standing::Unreachable("connection refused".to_owned()), mode));
            assert_eq!((away.holds, away.reason), (false, Reason::Unreachable));
        }
    }

    #[test]
    fn only_an_embedded_broker_is_believed_unseen() {
        assert!(messaging_ready(&with(Standing::NotAsked, Mode::Embedded)).holds);
        assert!(!messaging_ready(&with(Standing::NotAsked, Mode::External)).holds);
        assert_eq!(
            messaging_ready(&with(Standing::NotAsked, Mode::Cluster { installed: false })).reason,
            Reason::NotInstalled
        );
    }
}
