//! What packets may pass: everything that has no edge in the stack's graph is refused, in both directions.
//!
//! Policies add up, so whoever needs more than this writes one of his own beside them.

mod edges;
mod node;
mod policy;

use crate::{Inputs, Manifest, ValidatedStack};

pub use edges::{Edge, edges};
pub use node::Node;

/// The one that refuses comes last: by then everyone is allowed what he needs.
pub fn policies(stack: &ValidatedStack, inputs: &Inputs) -> Vec<Manifest> {
    if !stack.network.enabled {
        return Vec::new();
    }
    let edges = edges(stack, inputs);
    let own = Node::own(stack, inputs).into_iter().map(|node| policy::of_node(stack, inputs, node, &edges));
    own.chain([policy::deny(stack)]).collect()
}
