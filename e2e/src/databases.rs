//! What the databases and queues of a stack say, asked inside its pods as an operator would with `kubectl exec`.

use anyhow::{Result, ensure};
use contracts::Role;
use shop_client::invariants::{self, Findings};

use crate::kubectl::try_kubectl;
use crate::{Stack, broker};

/// The rows of a query, columns apart by `|`.
pub async fn lines(stack: &Stack, role: Role, query: &str) -> Result<Vec<String>> {
    let pod = format!("statefulset/{}", stack.part("postgres"));
    let psql = ["psql", "--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set", "ON_ERROR_STOP=on"];
    let mut arguments = vec!["-n", &stack.namespace, "exec", "-i", &pod, "-c", "postgres", "--"];
    arguments.extend(psql);
    arguments.extend(["--host", "/run/postgresql", "--username", "postgres", "--dbname", role.name()]);
    let said = try_kubectl(&arguments, query).await?;
    ensure!(said.succeeded, "{role}: {}", said.err.trim());
    Ok(said.out.lines().map(str::to_owned).collect())
}

pub async fn findings(stack: &Stack) -> Result<Findings> {
    invariants::check(async |role, query: &str| lines(stack, role, query).await).await
}

/// `queue messages`, for those that hold any.
pub async fn messages(stack: &Stack) -> Result<Vec<String>> {
    let queues = broker::queues(stack, &["name", "messages"]).await?;
    ensure!(!queues.is_empty(), "the broker of {} has no queue", stack.name);
    let held = queues.iter().filter(|queue| queue["messages"] != 0);
    Ok(held
        .map(|queue| format!("{} {}", queue["name"].as_str().unwrap_or_default(), queue["messages"]))
        .collect())
}
