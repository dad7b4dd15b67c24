//! The command line: what there is to say, and who does it.

use std::path::PathBuf;

use clap::{Parser, Subcommand};

use crate::failure::Failure;
use crate::replay::Arguments;
use crate::{check, crd, edges, plan_command, rbac, render, replay, run};

/// Runs shops: turns each EcommerceStack of the cluster into services, database, broker and ingress.
#[derive(Debug, Parser)]
#[command(name = "ecommerce-operator", version, arg_required_else_help = false, after_help = run::ENVIRONMENT)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Watch the cluster and keep its stacks as specified.
    #[command(after_help = run::ENVIRONMENT)]
    Run,
    /// Ask the cluster whether the operator is installed as it must be; `helm test` runs this.
    Check {
        /// The operator's namespace.
        #[arg(long, env = "POD_NAMESPACE")]
        namespace: String,
    },
    /// Print the CustomResourceDefinition of EcommerceStack as YAML.
    Crd,
    /// Print the rules of the roles that the operator needs as YAML, as the chart has them.
    Rbac,
    /// Print the objects that the operator would apply for one stack as YAML, without a cluster.
    Render {
        /// The file with the EcommerceStack; `-` reads standard input.
        #[arg(short = 'f', long = "file", value_name = "STACK.YAML")]
        file: PathBuf,
    },
    /// Print who may send packets to whom in one stack, and to which port, without a cluster.
    Edges {
        /// The file with the EcommerceStack; `-` reads standard input.
        #[arg(short = 'f', long = "file", value_name = "STACK.YAML")]
        file: PathBuf,
    },
    /// Print what would happen in the cluster if this stack were applied, and change nothing.
    #[command(after_help = plan_command::HELP)]
    Plan(plan_command::Arguments),
    /// Print how many pods a service would have had, from what was measured.
    #[command(after_help = replay::HELP)]
    Replay(Arguments),
}

/// Parses the arguments of this process and does what they say.
pub fn main() -> Result<(), Failure> {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(asked) if !asked.use_stderr() => return show(&asked),
        Err(wrong) => return Err(Failure::input(first_paragraph(&wrong.to_string()))),
    };
    match cli.command {
        Command::Run => run::run(),
        Command::Check { namespace } => check::print(&namespace),
        Command::Crd => crd::print(),
        Command::Rbac => rbac::print(),
        Command::Render { file } => render::print(&file),
        Command::Edges { file } => edges::print(&file),
        Command::Plan(arguments) => plan_command::print(&arguments),
        Command::Replay(arguments) => replay::print(&arguments),
    }
}

/// `--help` and `--version` arrive as errors of the parser, but are answers.
fn show(answer: &clap::Error) -> Result<(), Failure> {
    answer.print().map_err(|error| Failure::run(format!("could not write to standard output: {error}")))
}

/// The sentence that names the mistake; tips and usage follow it after a blank line.
fn first_paragraph(message: &str) -> String {
    let sentence = message.split("\n\n").next().unwrap_or(message);
    format!("{} (see --help)", sentence.trim_start_matches("error: ").trim())
}
