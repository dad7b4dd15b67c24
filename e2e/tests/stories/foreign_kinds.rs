//! Objects of somebody else's kinds are as those kinds want them, to the last field. Nobody acts on them here.

use std::collections::BTreeSet;

use anyhow::{Result, ensure};
use e2e::guests::Guests;
use e2e::kubectl::try_kubectl;
use e2e::{fixtures, in_own_namespace, programs};
use serde_json::{Value, json};

/// Where the definitions come from, the group that tells whether they are there already, and what goes with them.
const FIXTURES: [(&str, &[&str]); 4] = [
    ("gateway", &["gateway.networking.k8s.io"]),
    ("cert-manager", &["cert-manager.io"]),
    ("cloud-native-pg", &["postgresql.cnpg.io"]),
    ("rabbitmq", &["rabbitmq.com"]),
];
const KINDS: [&str; 9] = [
    "HTTPRoute",
    "Certificate",
    "Cluster",
    "Database",
    "DatabaseRole",
    "Pooler",
    "ScheduledBackup",
    "RabbitmqCluster",
    "NetworkPolicy",
];

#[test]
fn objects_for_other_operators_are_as_their_definitions_want() {
    in_own_namespace("foreign-kinds", async |guests| {
        let mut brought = Vec::new();
        let told = async {
            bring(&guests, &mut brought).await?;
            accepted(&guests).await
        }
        .await;
        fixtures::remove(&guests.cluster, &brought).await?;
        told
    });
}

/// Those that are there stay.
async fn bring(guests: &Guests, brought: &mut Vec<&str>) -> Result<()> {
    for (fixture, groups) in FIXTURES {
        if fixtures::of_groups(&guests.cluster, groups).await?.is_empty() {
            brought.extend(groups);
            fixtures::install(&guests.cluster, fixture).await?;
        }
    }
    Ok(())
}

async fn accepted(guests: &Guests) -> Result<()> {
    let mut seen = BTreeSet::new();
    for spec in [looked_after_by_operators(), with_certificates_of_somebody_elses()] {
        let rendered = programs::operator(&["render"], &guests.object("shop", &spec)).await?;
        let strict = ["apply", "--dry-run=server", "--validate=strict", "-o", "json", "-f", "-"];
        let said = try_kubectl(&strict, &rendered).await?;
        ensure!(said.succeeded, "{}", said.err);
        let kept: Value = serde_json::from_str(&said.out)?;
        let kinds = kept["items"].as_array().into_iter().flatten().filter_map(|item| item["kind"].as_str());
        seen.extend(kinds.map(str::to_owned));
    }
    let missing: Vec<_> = KINDS.into_iter().filter(|kind| !seen.contains(*kind)).collect();
    ensure!(missing.is_empty(), "{missing:?} are not among {seen:?}");
    Ok(())
}

fn looked_after_by_operators() -> Value {
    json!({
        "database": {
            "mode": "CloudNativePG",
            "cloudNativePG": {"instances": 3, "pooler": true, "backup": {"schedule": "0 2 * * *"}},
        },
        "messaging": {"mode": "RabbitmqCluster"},
        "exposure": {
            "type": "Gateway",
            "gateway": {"parentRefs": [{"name": "public", "namespace": "gateways", "sectionName": "https"}]},
        },
        // Those are told of in the story about KEDA, which may go on beside this one.
        "observability": {"podMonitor": "Disabled"},
        "security": {"mtls": {"issuer": "CertManager", "issuerRef": {"name": "shop-ca", "kind": "Issuer"}}},
    })
}

/// For the door alone.
fn with_certificates_of_somebody_elses() -> Value {
    let tls = json!({"secretName": "door", "issuerRef": {"name": "public", "kind": "ClusterIssuer"}});
    json!({"exposure": {"tls": tls}, "observability": {"podMonitor": "Disabled"}})
}
