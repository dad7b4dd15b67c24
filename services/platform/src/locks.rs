//! Locks by name, held until the transaction ends; where one lock is enough, a table for it would be too much.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use diesel_async::RunQueryDsl;

use crate::Connection;

#[diesel::declare_sql_function]
extern "SQL" {
    fn pg_try_advisory_xact_lock(key: BigInt) -> Bool;
    fn hashtextextended(text: Text, seed: BigInt) -> BigInt;
}

/// False: somebody else has it, so the caller does not wait.
pub async fn try_lock(name: &str, conn: &mut Connection) -> QueryResult<bool> {
    diesel::select(pg_try_advisory_xact_lock(hashtextextended(name, 0))).get_result(conn).await
}
