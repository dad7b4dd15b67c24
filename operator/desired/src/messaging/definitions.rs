//! What is to be in the broker: users, their permissions, exchanges, queues and bindings.

use contracts::Role;
use contracts::topology::{self, Rights, User};
use serde_json::Value;

use super::{ExternalBroker, MessagingPlan};
use crate::{RootSecret, ValidatedStack, names};

/// Looks after an embedded broker: the operator itself.
const OPERATOR: &str = "operator";

/// In the form of the management API.
#[derive(Clone, Debug, PartialEq)]
pub struct Definitions {
    pub document: Value,
    pub vhost: String,
    /// A tag that every user of this stack carries, and nobody else's: by it those are found that are no longer needed.
    pub mark: String,
}

pub fn definitions(
    stack: &ValidatedStack,
    root: &RootSecret,
    external: Option<&ExternalBroker>,
) -> Definitions {
    let vhost = external.map_or_else(|| names::VHOST.to_owned(), |broker| broker.vhost.clone());
    Definitions { document: topology::definitions(&vhost, &users(stack, root)), vhost, mark: mark(stack) }
}

fn mark(stack: &ValidatedStack) -> String {
    format!("ecommercestack.{}.{}", stack.namespace, stack.name)
}

/// One for each role that has anything to say, whether or not it runs: to disable one must not restart the broker.
fn users(stack: &ValidatedStack, root: &RootSecret) -> Vec<User> {
    let speaks = |role: &Role| role.speaks_amqp() || role.spec().publishes_mqtt;
    let user = |name: String, of: &str, rights| User {
        name,
        password_hash: root.rabbitmq_password_hash(of),
        rights,
        mark: Some(mark(stack)),
    };
    let mut users: Vec<User> = Role::ALL
        .into_iter()
        .filter(speaks)
        .map(|role| user(user_name(stack, role), role.name(), Rights::Role(role)))
        .collect();
    if let MessagingPlan::Embedded(_) = stack.messaging {
        users.push(user(OPERATOR.to_owned(), OPERATOR, Rights::Administrator));
    }
    users
}

/// Users of an external broker are of all its vhosts, so there their names tell the stack.
pub fn user_name(stack: &ValidatedStack, role: Role) -> String {
    match stack.messaging {
        MessagingPlan::External { .. } => format!("{}.{}.{role}", stack.namespace, stack.name),
        MessagingPlan::Embedded(_) | MessagingPlan::Cluster(_) => role.to_string(),
    }
}

impl RootSecret {
    /// Name and password with which the operator looks after an embedded broker.
    pub fn broker_administrator(&self) -> (String, String) {
        (OPERATOR.to_owned(), self.rabbitmq_password(OPERATOR))
    }

    /// Changes with the root, and with nothing else: nodes take the users' passwords at their start.
    pub(super) fn broker_passwords(&self) -> Value {
        self.rabbitmq_password_hash(OPERATOR).into()
    }
}
