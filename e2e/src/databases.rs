//! What the databases and queues of a stack say, asked inside its pods as an operator would with `kubectl exec`.

use anyhow::{Result, ensure};
use contracts::Role;
use shop_client::invariants::{self, Findings};

use crate::Stack;
use crate::kubectl::{kubectl, try_kubectl};

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
    let pod = format!("statefulset/{}", stack.part("rabbitmq"));
    let listing = ["rabbitmqctl", "--quiet", "list_queues", "--no-table-headers", "name", "messages"];
    let mut arguments = vec!["-n", &stack.namespace, "exec", &pod, "--"];
    arguments.extend(listing);
    let said = kubectl(&arguments).await?;
    let queues = said.lines().map(|line| line.replace('\t', " "));
    Ok(queues.filter(|line| !line.ends_with(" 0")).collect())
}
