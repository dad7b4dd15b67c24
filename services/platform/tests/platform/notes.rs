//! A service in the role of inventory: it notes what it is told, over HTTP and by message.

use std::sync::atomic::{AtomicBool, Ordering};

use actix_web::{HttpResponse, web};
use contracts::messages::inventory::StockReleased;
use contracts::messages::orders::ReleaseStock;
use contracts::{Envelope, Role};
use diesel::sql_types::{Integer, Text};
use diesel_async::{AsyncConnection, RunQueryDsl, SimpleAsyncConnection};
use diesel_migrations::{EmbeddedMigrations, embed_migrations};
use futures::future::BoxFuture;
use platform::auth::Principal;
use platform::consumer::{HandleError, Handler};
use platform::idempotency::{Answer, Attempt, IdempotencyKey, hash_of, once};
use platform::outbox::Event;
use platform::partitions::{Key, Partitioned, Retention};
use platform::{ConfigError, Connection, Context, Database, Module, Problem, Service};
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub const MIGRATIONS: EmbeddedMigrations = embed_migrations!("tests/migrations");
pub const CONTRACT: EmbeddedMigrations = embed_migrations!("tests/contract");

pub const SERVICE: Service =
    Service { role: Role::Inventory, migrations: Some(|| MIGRATIONS), contract: None, assemble };

/// Its statement is refused by the database, each time.
pub const REFUSED: &str = "refused";

/// The database does not answer its statement when it is tried first.
pub const UNANSWERED: i64 = 1_000_000;
static TRIED: AtomicBool = AtomicBool::new(false);

#[derive(Serialize, Deserialize)]
pub struct Note {
    pub text: String,
}

/// Chapters point to stories, so they come first.
const PARTITIONED: [Partitioned; 3] = [
    Partitioned { table: "chapters", key: Key::UuidV7("story_id"), retention: Retention::Days(1) },
    Partitioned { table: "stories", key: Key::UuidV7("id"), retention: Retention::Days(1) },
    Partitioned {
        table: "ledger",
        key: Key::Time("at"),
        retention: Retention::Setting("LEDGER_RETENTION_DAYS", 0),
    },
];

fn assemble(context: &Context) -> Result<Module, ConfigError> {
    let database = web::Data::new(context.database());
    let module = Module::default().handler(NoteHandler).partitioned(&PARTITIONED);
    let module = module.admin_routes(|config| {
        config.route("/whoami", web::get().to(async |who: Principal| who.user_id.to_string()));
    });
    Ok(module.routes(move |config| {
        config.app_data(database.clone());
        config.route("/notes", web::post().to(write_note));
        config.route("/events", web::post().to(record_and_fail));
        config.route("/slow/{milliseconds}", web::get().to(read_slowly));
    }))
}

pub async fn note_insert(conn: &mut Connection, text: &str) -> diesel::QueryResult<()> {
    diesel::sql_query("INSERT INTO notes (text) VALUES ($1)").bind::<Text, _>(text).execute(conn).await?;
    Ok(())
}

async fn write_note(
    principal: Principal,
    key: IdempotencyKey,
    note: web::Json<Note>,
    database: web::Data<Database>,
) -> Result<HttpResponse, Problem> {
    let attempt = Attempt {
        principal: principal.user_id,
        route: "POST /notes",
        key: &key,
        request_hash: hash_of(&*note),
    };
    let text = note.text.clone();
    once(&database, attempt, |conn| {
        Box::pin(async move {
            note_insert(conn, &text).await?;
            Ok(Answer::created(&serde_json::json!({ "text": text }), "/notes/1".to_owned()))
        })
    })
    .await
}

/// Records an event in a transaction that does not commit.
async fn record_and_fail(database: web::Data<Database>) -> Result<HttpResponse, Problem> {
    let mut conn = database.connect().await?;
    conn.transaction(async |conn| {
        event().record(conn).await?;
        Err::<(), _>(Problem::conflict("changed-my-mind", "Nothing happened"))
    })
    .await?;
    Ok(HttpResponse::Ok().finish())
}

/// Keeps a connection for so long.
async fn read_slowly(milliseconds: web::Path<i32>, database: web::Data<Database>) -> Result<String, Problem> {
    let mut conn = database.connect().await?;
    diesel::sql_query("SELECT pg_sleep($1 / 1000.0)")
        .bind::<Integer, _>(*milliseconds)
        .execute(&mut conn)
        .await?;
    Ok("read".to_owned())
}

pub fn event() -> Event {
    Event::new(&StockReleased { order_id: kernel::OrderId::new() }, kernel::Clock::default().now())
}

struct NoteHandler;

impl Handler for NoteHandler {
    fn handle<'a>(
        &'a self,
        connection: &'a mut Connection,
        envelope: &'a Envelope<Value>,
    ) -> BoxFuture<'a, Result<(), HandleError>> {
        Box::pin(async move {
            let command: ReleaseStock = envelope.data_as()?;
            if envelope.aggregateversion == UNANSWERED && !TRIED.swap(true, Ordering::Relaxed) {
                let silence = "SET LOCAL statement_timeout = 0; SET LOCAL client_connection_check_interval = '1s'; \
                               SELECT pg_sleep(600)";
                connection.batch_execute(silence).await?;
            }
            note_insert(connection, &format!("{} {}", command.order_id, envelope.aggregateversion)).await?;
            let answer = StockReleased { order_id: command.order_id };
            Event::new(&answer, envelope.time).caused_by(envelope).record(connection).await?;
            Ok(())
        })
    }
}
