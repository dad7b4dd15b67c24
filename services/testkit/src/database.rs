//! A database of its own for each test, gone with it.

use diesel::sql_types::{BigInt, Text};
use diesel::{QueryableByName, sql_query};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};

pub struct TestDatabase {
    pub name: String,
    admin: String,
}

impl TestDatabase {
    pub async fn create() -> Self {
        let admin = crate::required("TEST_DATABASE_URL");
        let name = format!("test_{}", uuid::Uuid::now_v7().simple());
        let mut conn = AsyncPgConnection::establish(&admin).await.expect("TEST_DATABASE_URL answers");
        conn.batch_execute(&format!("CREATE DATABASE {name}")).await.unwrap();
        Self { name, admin }
    }

    pub fn url(&self) -> String {
        let mut url = url::Url::parse(&self.admin).unwrap();
        url.set_path(&self.name);
        url.to_string()
    }

    pub async fn connect(&self) -> AsyncPgConnection {
        AsyncPgConnection::establish(&self.url()).await.unwrap()
    }

    /// One number out of the database: `SELECT count(*) AS number FROM ...`.
    pub async fn number(&self, query: &str) -> i64 {
        #[derive(QueryableByName)]
        struct Number {
            #[diesel(sql_type = BigInt)]
            number: i64,
        }
        sql_query(query).get_result::<Number>(&mut self.connect().await).await.unwrap().number
    }

    /// What a query says whose rows have one column of text, `line`.
    pub async fn lines(&self, query: &str) -> Vec<String> {
        #[derive(QueryableByName)]
        struct Line {
            #[diesel(sql_type = Text)]
            line: String,
        }
        let rows: Vec<Line> = sql_query(query).get_results(&mut self.connect().await).await.unwrap();
        rows.into_iter().map(|row| row.line).collect()
    }

    /// For a database that no `TestApp` removes.
    pub async fn remove(&self) {
        let mut conn = AsyncPgConnection::establish(&self.admin).await.unwrap();
        conn.batch_execute(&format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name)).await.unwrap();
    }
}
