//! The charts, as Helm renders them: what is made of which values, and which values are refused. Needs no cluster.

#[path = "charts/helm.rs"]
mod helm;
#[path = "charts/operator.rs"]
mod operator;
#[path = "charts/stack.rs"]
mod stack;
