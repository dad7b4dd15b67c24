//! Statements in our own words that a connection prepares once, as it does those that the query builder makes.
//!
//! `diesel::sql_query` is prepared anew for each call, which is one more round trip: it can't know that a text is constant.

use std::borrow::Cow;
use std::marker::PhantomData;

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::serialize::ToSql;
use diesel::sql_types::{HasSqlType, Untyped};

/// A statement with `$1`, `$2`, ... for what is bound, in this order. Its text must be one of few: never one with a value in it.
pub fn sql(text: impl Into<Cow<'static, str>>) -> Sql {
    Sql(text.into())
}

#[derive(Clone, Debug)]
#[must_use = "it does nothing until it is executed or loaded"]
pub struct Sql(Cow<'static, str>);

#[derive(Clone, Debug)]
#[must_use = "it does nothing until it is executed or loaded"]
pub struct Bound<Q, V, ST> {
    query: Q,
    value: V,
    kind: PhantomData<fn() -> ST>,
}

impl Sql {
    pub fn bind<ST, V>(self, value: V) -> Bound<Self, V, ST> {
        Bound { query: self, value, kind: PhantomData }
    }
}

impl<Q, V, ST> Bound<Q, V, ST> {
    pub fn bind<NextST, NextV>(self, value: NextV) -> Bound<Self, NextV, NextST> {
        Bound { query: self, value, kind: PhantomData }
    }
}

impl QueryFragment<Pg> for Sql {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(&self.0);
        Ok(())
    }
}

impl<Q, V, ST> QueryFragment<Pg> for Bound<Q, V, ST>
where
    Pg: HasSqlType<ST>,
    Q: QueryFragment<Pg>,
    V: ToSql<ST, Pg>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.query.walk_ast(out.reborrow())?;
        // The text has its place for it already.
        out.push_bind_param_value_only(&self.value)
    }
}

/// Known by their text and what is bound.
impl QueryId for Sql {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<Q, V, ST> QueryId for Bound<Q, V, ST> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

/// What a row is made of is read by name, as of `diesel::sql_query`.
impl Query for Sql {
    type SqlType = Untyped;
}

impl<Q, V, ST> Query for Bound<Q, V, ST> {
    type SqlType = Untyped;
}

#[cfg(test)]
mod tests {
    use diesel::debug_query;
    use diesel::sql_types::{BigInt, Text};

    use super::*;

    #[test]
    fn the_text_stays_as_it_is_and_may_be_prepared_once() {
        let query = sql("SELECT $1 || $2").bind::<Text, _>("a").bind::<BigInt, _>(1);
        assert_eq!(debug_query::<Pg, _>(&query).to_string(), "SELECT $1 || $2 -- binds: [\"a\", 1]");
        assert!(query.is_safe_to_cache_prepared(&Pg).unwrap());
        assert!(!diesel::sql_query("SELECT 1").is_safe_to_cache_prepared(&Pg).unwrap());
    }
}
