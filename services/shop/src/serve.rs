//! `shop serve <role>`: runs until SIGTERM or SIGINT. `shop serve all` is for one machine: loopback, one process.

use contracts::Role;
use kernel::Clock;
use platform::Settings;
use platform::service::start;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

use crate::roles::Selection;

#[derive(clap::Args)]
pub struct Args {
    /// A role, or `all`
    role: Selection,
}

impl Args {
    /// Of the process.
    pub fn name(&self) -> &'static str {
        match self.role {
            Selection::One(role) => role.name(),
            Selection::All => "shop",
        }
    }
}

pub async fn run(args: Args) -> anyhow::Result<()> {
    let shutdown = CancellationToken::new();
    stop_on_signals(shutdown.clone())?;
    let mut running = Vec::new();
    for service in args.role.services() {
        let settings = match args.role {
            Selection::One(role) => Settings::from_env(role),
            Selection::All => on_one_machine(service.role),
        };
        running.push(start(service, settings, Clock::default(), shutdown.clone()).await?);
    }
    futures::future::join_all(running.into_iter().map(platform::service::Running::stopped)).await;
    Ok(())
}

/// The environment, over defaults that let the roles find each other on loopback.
fn on_one_machine(role: Role) -> Settings {
    let port = |role: Role| role.spec().port;
    let mut defaults = vec![
        ("HTTP_ADDR".to_owned(), format!("127.0.0.1:{}", port(role))),
        ("ADMIN_ADDR".to_owned(), format!("127.0.0.1:{}", role.spec().admin_port)),
        ("HTTP_WORKERS".to_owned(), "1".to_owned()),
        ("JWKS_URL".to_owned(), format!("http://127.0.0.1:{}/.well-known/jwks.json", port(Role::Users))),
    ];
    for other in Role::ALL {
        defaults.push((
            format!("{}_URL", other.name().to_uppercase()),
            format!("http://127.0.0.1:{}", port(other)),
        ));
    }
    Settings::new(role, defaults.into_iter().chain(std::env::vars()))
}

fn stop_on_signals(shutdown: CancellationToken) -> anyhow::Result<()> {
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    #[expect(clippy::disallowed_methods, reason = "ends with the process")]
    tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("Stopping");
        shutdown.cancel();
    });
    Ok(())
}
