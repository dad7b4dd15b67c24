//! Seals the audit trail into its chain, and verifies it.

use diesel::QueryResult;
use diesel_async::AsyncConnection;
use kernel::OrderId;
use platform::{Connection, Database, StoreError};

use crate::domain::{Kept, Link};
use crate::store::{self, Sealed};

const BATCH: i64 = 500;

/// Chains what is new. One replica at a time does; gives the new end of the chain where there was something to do.
pub async fn seal_audit(database: &Database) -> Result<Option<Link>, StoreError> {
    let mut conn = database.connect().await?;
    let mut end = None;
    loop {
        let sealed = conn.transaction(async |conn| seal_some(conn).await).await;
        match sealed.map_err(|error: diesel::result::Error| StoreError::from(error))? {
            (Some(link), more) => {
                end = Some(link);
                if !more {
                    return Ok(end);
                }
            }
            (None, _) => return Ok(end),
        }
    }
}

async fn seal_some(conn: &mut Connection) -> QueryResult<(Option<Link>, bool)> {
    let Some(head) = store::audit_head_lock(conn).await? else { return Ok((None, false)) };
    let entries = store::audit_unsealed(conn, BATCH).await?;
    if entries.is_empty() {
        return Ok((None, false));
    }
    let more = i64::try_from(entries.len()).is_ok_and(|count| count == BATCH);
    Ok((Some(store::audit_seal(conn, head, &entries).await?), more))
}

/// A chain that holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditReport {
    pub entries: i64,
    /// Where it begins: later than 1 where old months were dropped.
    pub first: i64,
    pub end: Link,
    /// Written within the last moments before the walk.
    pub not_sealed_yet: i64,
}

/// The first place where the chain does not hold.
#[derive(Debug, thiserror::Error)]
pub enum Broken {
    #[error("the chain is broken at entry {0}: entries before it are missing")]
    Missing(i64),
    #[error("the chain is broken at entry {0}: it does not continue the entry before it")]
    Unlinked(i64),
    #[error("the chain is broken at entry {0}: it was changed after it was written")]
    Changed(i64),
    #[error("the chain is broken at entry {0}: everything from it on is cut off")]
    CutOff(i64),
    #[error("the chain is broken at entry {0}: it has another hash than the one that was noted")]
    NotAsNoted(i64),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<diesel::result::Error> for Broken {
    fn from(error: diesel::result::Error) -> Self {
        Self::Store(error.into())
    }
}

/// Walks the whole chain. `may_begin_late`: old months are dropped here. `noted`: an end that was printed before.
pub async fn verify_audit(
    conn: &mut Connection,
    may_begin_late: bool,
    noted: Option<&Link>,
) -> Result<AuditReport, Broken> {
    // Before the walk: what is sealed meanwhile stands behind this end, and was not sealed when it was counted.
    let not_sealed_yet = store::audit_unsealed_count(conn).await?;
    let end = store::audit_head(conn).await?;
    let mut at = Link { sequence: 0, hash: vec![0; 32] };
    let (mut first, mut entries) = (1, 0);
    loop {
        let batch = store::audit_sealed(conn, at.sequence, BATCH).await?;
        let Some(begins) = batch.as_slice().first() else { break };
        if entries == 0 && may_begin_late {
            first = begins.link.sequence;
            at = Link { sequence: first - 1, hash: begins.previous.clone() };
        }
        for sealed in &batch {
            at = follow(&at, sealed, noted)?;
            entries += 1;
        }
    }
    if at.sequence < end.sequence {
        return Err(Broken::CutOff(at.sequence + 1));
    }
    if let Some(noted) = noted.filter(|noted| noted.sequence > at.sequence) {
        return Err(Broken::CutOff(noted.sequence));
    }
    Ok(AuditReport { entries, first, end: at, not_sealed_yet })
}

fn follow(at: &Link, sealed: &Sealed, noted: Option<&Link>) -> Result<Link, Broken> {
    let sequence = at.sequence + 1;
    if sealed.link.sequence != sequence {
        return Err(Broken::Missing(sequence));
    }
    if sealed.previous != at.hash {
        return Err(Broken::Unlinked(sequence));
    }
    let next = at.next(&sealed.entry);
    if next != sealed.link {
        return Err(Broken::Changed(sequence));
    }
    if noted.is_some_and(|noted| noted.sequence == sequence && noted.hash != next.hash) {
        return Err(Broken::NotAsNoted(sequence));
    }
    Ok(next)
}

pub async fn read_audit_of(conn: &mut Connection, order_id: OrderId) -> Result<Vec<Kept>, StoreError> {
    Ok(store::audit_of_order(conn, order_id).await?)
}
