//! What an embedded broker says of itself, asked inside its first pod.

use anyhow::{Context, Result};
use serde_json::Value;

use crate::Stack;
use crate::kubectl::kubectl;

/// Where all messages of a stack are.
const VHOST: &str = "shop";

/// A row of `list_queues` for each queue, with these columns.
pub async fn queues(stack: &Stack, columns: &[&str]) -> Result<Vec<Value>> {
    let listing = [&["list_queues", "--vhost", VHOST, "--formatter", "json"], columns].concat();
    let rows = rabbitmqctl(stack, &listing).await?;
    Ok(rows.as_array().cloned().unwrap_or_default())
}

/// The nodes that are up, as the first one knows them.
pub async fn running_nodes(stack: &Stack) -> Result<usize> {
    let status = rabbitmqctl(stack, &["cluster_status", "--formatter", "json"]).await?;
    Ok(status["running_nodes"].as_array().map_or(0, Vec::len))
}

async fn rabbitmqctl(stack: &Stack, arguments: &[&str]) -> Result<Value> {
    let pod = format!("{}-0", stack.part("rabbitmq"));
    let in_pod = ["-n", &stack.namespace, "exec", &pod, "-c", "rabbitmq", "--", "rabbitmqctl", "--quiet"];
    let said = kubectl(&[&in_pod[..], arguments].concat()).await?;
    serde_json::from_str(&said).with_context(|| said.clone())
}
