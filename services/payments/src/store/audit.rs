//! The audit trail: written with the change that it tells of, chained by the sealer.

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bytea};
use diesel_async::RunQueryDsl;
use kernel::{OrderId, Timestamp};
use platform::Connection;
use uuid::Uuid;

use super::schema::{audit_head, audit_trail};
use crate::domain::{Entry, Kept, Link};

pub async fn audit_record(conn: &mut Connection, entries: &[Entry], now: Timestamp) -> QueryResult<()> {
    let rows: Vec<_> = entries
        .iter()
        .map(|entry| {
            (
                audit_trail::at.eq(now),
                audit_trail::order_id.eq(entry.order_id.map(|id| id.0)),
                audit_trail::kind.eq(entry.kind),
                audit_trail::actor.eq(entry.actor.to_string()),
                audit_trail::content.eq(entry.content.to_string()),
            )
        })
        .collect();
    diesel::insert_into(audit_trail::table).values(rows).execute(conn).await?;
    Ok(())
}

/// The end of the chain. `None`: another replica is sealing; else nobody seals until the caller's transaction ends.
pub async fn audit_head_lock(conn: &mut Connection) -> QueryResult<Option<Link>> {
    let head: Option<(i64, Vec<u8>)> = audit_head::table
        .select((audit_head::sequence, audit_head::hash))
        .for_update()
        .skip_locked()
        .first(conn)
        .await
        .optional()?;
    Ok(head.map(|(sequence, hash)| Link { sequence, hash }))
}

pub async fn audit_head(conn: &mut Connection) -> QueryResult<Link> {
    let (sequence, hash) =
        audit_head::table.select((audit_head::sequence, audit_head::hash)).first(conn).await?;
    Ok(Link { sequence, hash })
}

type Columns = (
    audit_trail::position,
    audit_trail::at,
    audit_trail::order_id,
    audit_trail::kind,
    audit_trail::actor,
    audit_trail::content,
);
type Row = (i64, Timestamp, Option<Uuid>, String, String, String);
const COLUMNS: Columns = (
    audit_trail::position,
    audit_trail::at,
    audit_trail::order_id,
    audit_trail::kind,
    audit_trail::actor,
    audit_trail::content,
);

fn kept((position, at, order_id, kind, actor, content): Row) -> Kept {
    Kept { position, at, order_id: order_id.map(OrderId), kind, actor, content }
}

/// Committed and not in the chain yet, in the order in which they happened.
pub async fn audit_unsealed(conn: &mut Connection, at_most: i64) -> QueryResult<Vec<Kept>> {
    let rows: Vec<Row> = audit_trail::table
        .filter(audit_trail::sequence.is_null())
        .order(audit_trail::position)
        .limit(at_most)
        .select(COLUMNS)
        .load(conn)
        .await?;
    Ok(rows.into_iter().map(kept).collect())
}

/// Puts them into the chain behind `head`, in this order; gives its new end.
pub async fn audit_seal(conn: &mut Connection, head: Link, entries: &[Kept]) -> QueryResult<Link> {
    let mut end = head;
    let (mut positions, mut sequences, mut previous, mut hashes) = (vec![], vec![], vec![], vec![]);
    for entry in entries {
        let next = end.next(entry);
        positions.push(entry.position);
        sequences.push(next.sequence);
        previous.push(std::mem::replace(&mut end, next).hash);
        hashes.push(end.hash.clone());
    }
    platform::sql(
        "WITH sealed AS (
             UPDATE audit_trail SET sequence = link.sequence, previous = link.previous, hash = link.hash
             FROM unnest($1, $2, $3, $4) AS link (position, sequence, previous, hash)
             WHERE audit_trail.position = link.position AND audit_trail.sequence IS NULL
         )
         UPDATE audit_head SET sequence = $5, hash = $6",
    )
    .bind::<Array<BigInt>, _>(positions)
    .bind::<Array<BigInt>, _>(sequences)
    .bind::<Array<Bytea>, _>(previous)
    .bind::<Array<Bytea>, _>(hashes)
    .bind::<BigInt, _>(end.sequence)
    .bind::<Bytea, _>(end.hash.clone())
    .execute(conn)
    .await?;
    Ok(end)
}

/// A sealed entry with the hash before it and its own place.
pub struct Sealed {
    pub entry: Kept,
    pub previous: Vec<u8>,
    pub link: Link,
}

/// Behind `after` in the chain.
pub async fn audit_sealed(conn: &mut Connection, after: i64, at_most: i64) -> QueryResult<Vec<Sealed>> {
    let (sequence, previous, hash) = (
        audit_trail::sequence.assume_not_null(),
        audit_trail::previous.assume_not_null(),
        audit_trail::hash.assume_not_null(),
    );
    type Place = (i64, Vec<u8>, Vec<u8>);
    let rows: Vec<(Row, Place)> = audit_trail::table
        .filter(audit_trail::sequence.gt(after))
        .order(audit_trail::sequence)
        .limit(at_most)
        .select((COLUMNS, (sequence, previous, hash)))
        .load(conn)
        .await?;
    let sealed = |(row, (sequence, previous, hash))| Sealed {
        entry: kept(row),
        previous,
        link: Link { sequence, hash },
    };
    Ok(rows.into_iter().map(sealed).collect())
}

/// Everything about one order, oldest first.
pub async fn audit_of_order(conn: &mut Connection, order_id: OrderId) -> QueryResult<Vec<Kept>> {
    let rows: Vec<Row> = audit_trail::table
        .filter(audit_trail::order_id.eq(order_id.0))
        .order(audit_trail::position)
        .select(COLUMNS)
        .load(conn)
        .await?;
    Ok(rows.into_iter().map(kept).collect())
}

pub async fn audit_unsealed_count(conn: &mut Connection) -> QueryResult<i64> {
    audit_trail::table.filter(audit_trail::sequence.is_null()).count().get_result(conn).await
}
