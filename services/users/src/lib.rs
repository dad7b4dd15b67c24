//! Users: registers people, checks their passwords and signs the access tokens that every service accepts.
//!
//! Keeps no sessions yet: an access token ends by itself.

mod app;
mod domain;
mod http;
mod metrics;
mod schema;
mod store;

use std::num::NonZeroU32;

use contracts::Role;
use diesel_migrations::{EmbeddedMigrations, embed_migrations};
use platform::{ConfigError, Context, Module, Service};
use secrecy::ExposeSecret;

use app::Users;
use app::administrator::{Administrator, ensure_administrator};
use app::passwords::Passwords;
use app::tokens::TokenSigner;

pub const SERVICE: Service =
    Service { role: Role::Users, migrations: Some(|| MIGRATIONS), contract: None, assemble };

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations");

fn assemble(context: &Context) -> Result<Module, ConfigError> {
    let lifetime =
        context.settings.parsed_or("ACCESS_TOKEN_SECONDS", NonZeroU32::new(3600).expect("not 0"))?;
    let key = context.settings.secret("JWT_SIGNING_KEY")?;
    let signer = TokenSigner::from_pem(key.expose_secret(), lifetime).map_err(|error| {
        ConfigError::Wrong { name: "JWT_SIGNING_KEY".to_owned(), reason: error.to_string() }
    })?;
    // Its own tokens need no request to itself.
    context.tokens.trust(signer.key_id().to_owned(), signer.verifying_key());

    let users = Users {
        database: context.database(),
        clock: context.clock.clone(),
        passwords: Passwords::new(),
        signer: signer.into(),
    };
    let routes = users.clone();
    let module = Module::default().routes(move |config| http::routes(config, &routes));
    Ok(match Administrator::from_settings(&context.settings)? {
        None => module,
        Some(administrator) => {
            module.task("administrator", move |shutdown| ensure_administrator(users, administrator, shutdown))
        }
    })
}
