//! `shop topology`: the broker's exchanges, queues and bindings, as RabbitMQ definitions.

use contracts::Role;
use contracts::topology::{Rights, User, definitions, password_hash, vhost_definitions};

#[derive(clap::Args)]
pub struct Args {
    /// With a vhost of this name and one user per role, whose password is taken from `TOPOLOGY_PASSWORD`
    #[arg(long, value_name = "VHOST", requires = "password")]
    definitions: Option<String>,
    #[arg(long, env = "TOPOLOGY_PASSWORD", hide = true, hide_env_values = true)]
    password: Option<String>,
}

pub fn run(args: Args) -> anyhow::Result<()> {
    let printed = match (args.definitions, args.password) {
        (Some(vhost), Some(password)) => definitions(&vhost, &users(&password)),
        _ => vhost_definitions(),
    };
    println!("{}", serde_json::to_string_pretty(&printed)?);
    Ok(())
}

fn users(password: &str) -> Vec<User> {
    Role::ALL
        .into_iter()
        .map(|role| User {
            name: role.name().to_owned(),
            password_hash: password_hash(rand::random(), password),
            rights: Rights::Role(role),
            mark: None,
        })
        .collect()
}
